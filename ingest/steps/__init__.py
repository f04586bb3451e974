"""The way of a zip, one file a step.

poll → stage → inspect → decide → file → report → set_aside; sweep and reconcile let nothing stand still.
`advance` takes a submission through the step that it waits for.
"""
