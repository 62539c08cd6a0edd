"""The client's start page: what to do now, what is new, and how fresh it all is; composed of the features' queries."""
