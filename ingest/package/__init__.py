"""The zip: a structure gate over the raw bytes, then streamed reading under caps.

`gate.open_package` looks at the structure and inflates nothing; `nested.unwrap` takes one zip out of
another; `read.MemberReader` inflates members, each once. Member names never become paths and never appear in
a finding.
"""
