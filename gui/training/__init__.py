"""The training panel: the forms that start trainings, and the view of the runs."""
