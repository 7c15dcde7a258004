# expect: fails
# policy: nothing
"""A folder full of files."""


async def answer():
    return 2


# ---- beside: file0.py ----
number = 0


# ---- beside: file1.py ----
number = 1


# ---- beside: file2.py ----
number = 2


# ---- beside: file3.py ----
number = 3


# ---- beside: file4.py ----
number = 4


# ---- beside: file5.py ----
number = 5


# ---- beside: file6.py ----
number = 6


# ---- beside: file7.py ----
number = 7


# ---- beside: file8.py ----
number = 8


# ---- beside: file9.py ----
number = 9


# ---- beside: file10.py ----
number = 10


# ---- beside: file11.py ----
number = 11


# ---- beside: file12.py ----
number = 12


# ---- beside: file13.py ----
number = 13


# ---- beside: file14.py ----
number = 14


# ---- beside: file15.py ----
number = 15


# ---- beside: file16.py ----
number = 16


# ---- beside: file17.py ----
number = 17


# ---- beside: file18.py ----
number = 18


# ---- beside: file19.py ----
number = 19


# ---- beside: file20.py ----
number = 20


# ---- beside: file21.py ----
number = 21


# ---- beside: file22.py ----
number = 22


# ---- beside: file23.py ----
number = 23


# ---- beside: file24.py ----
number = 24


# ---- beside: file25.py ----
number = 25


# ---- beside: file26.py ----
number = 26


# ---- beside: file27.py ----
number = 27


# ---- beside: file28.py ----
number = 28


# ---- beside: file29.py ----
number = 29


# ---- beside: file30.py ----
number = 30


# ---- beside: file31.py ----
number = 31


# ---- beside: file32.py ----
number = 32


# ---- beside: file33.py ----
number = 33


# ---- beside: file34.py ----
number = 34


# ---- beside: file35.py ----
number = 35


# ---- beside: file36.py ----
number = 36


# ---- beside: file37.py ----
number = 37


# ---- beside: file38.py ----
number = 38


# ---- beside: file39.py ----
number = 39
