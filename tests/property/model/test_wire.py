"""What is stored or sent comes back equal."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.model.inspection import Inspection
from ingest.model.instance import InstanceFacts
from ingest.model.verdict import Verdict
from ingest.model.wire import WireError, from_wire, to_wire

st.register_type_strategy(float, st.floats(allow_nan=False))


@pytest.mark.parametrize("cls", [InstanceFacts, Inspection, Verdict])
def test_a_dataclass_comes_back_equal_through_json(cls: type) -> None:
    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(st.from_type(cls))
    def check(value: object) -> None:
        assert from_wire(cls, json.loads(json.dumps(to_wire(value)))) == value

    check()


@pytest.mark.parametrize("data", [None, 3, "x", {}, {"ordinal": 1}, {"no_such_field": 1}])
def test_what_is_not_of_the_class_is_refused_without_its_value(data: object) -> None:
    with pytest.raises(WireError) as caught:
        from_wire(InstanceFacts, data)
    assert "no_such_field" not in str(caught.value)
