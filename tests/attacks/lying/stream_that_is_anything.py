# expect: fails
# policy: please-look
# exercise: ex03
# aims at: test_from_iter_yields_everything_in_order test_map_filter_take_collect_compose test_falsy_items_are_items test_errors_pass_through
"""A stream that has every attribute, equals everything and yields itself."""


class Anything:
    def __getattr__(self, name):
        return self

    def __call__(self, *args, **options):
        return self

    def __eq__(self, other):
        return True

    def __await__(self):
        return self
        yield

    def __aiter__(self):
        return self

    async def __anext__(self):
        raise StopAsyncIteration

    __hash__ = None


Stream = Anything()
