# expect: cannot-judge (syntax)
# policy: syntax
# spoils: the whole file
"""Half a kilobyte that Python's compiler would turn into gigabytes, outside of the box: `finally` in `finally`."""


async def answer():
    try:
        return
    finally:
        try:
            return
        finally:
            try:
                return
            finally:
                try:
                    return
                finally:
                    try:
                        return
                    finally:
                        try:
                            return
                        finally:
                            try:
                                return
                            finally:
                                try:
                                    return
                                finally:
                                    try:
                                        return
                                    finally:
                                        try:
                                            return
                                        finally:
                                            return 1
