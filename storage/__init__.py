"""
The only SQL of Plainwire: tables, one repository per concept, migrations, the cipher, the runner lock.

Start at `database.Database`; the ports it implements stand beside the use cases in `bot/`.
"""
