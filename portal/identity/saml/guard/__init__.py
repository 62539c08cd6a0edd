"""The guard around python3-saml: one named check per gap, each with its source, called in order by `response`.

With every switch of the library on, it still accepts or chokes on one in six hostile responses (SAML.md, measured).
"""
