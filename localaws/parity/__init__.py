"""The gaps between the emulator and AWS that Roost meets, one module a gap, closed inside the emulator's process.

Each module says what AWS does and where AWS documents it, and has one function ``close``. For each a test asserts AWS's
behaviour over HTTP, and another one fails when upstream has caught up and the module can be deleted.
"""
