"""The demonstration: invented people, a development identity provider and every process, started by one command.

Nothing of it is imported by the application; production refuses to start if it trusts what is made here (`locks`).
"""
