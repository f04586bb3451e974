"""The way of a zip, one file a step.

poll → stage → inspect → decide → file → report → set_aside; sweep and reconcile see that nothing stands still.
`advance` takes a submission through the step that it waits for.
"""
