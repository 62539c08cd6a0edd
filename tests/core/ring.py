"""Keys of the tests of encryption: fixed, and none of anybody's."""

from portal.core.crypto import KeyRing

KEY_1, KEY_2, KEY_3 = (bytes([number]) * 32 for number in (1, 2, 3))
INDEX_A, INDEX_B = b"a" * 32, b"b" * 32

OLD = KeyRing({1: KEY_1}, (INDEX_A,))
BOTH = KeyRing({1: KEY_1, 2: KEY_2}, (INDEX_B, INDEX_A))
NEW = KeyRing({2: KEY_2}, (INDEX_B,))
