"""What a batch would write."""

from engine.export.batches import ExportBatch, plan_batch


def names(batch: ExportBatch) -> list[str]:
    assert batch.out is not None
    return [job.output.relative_to(batch.out).as_posix() for job in plan_batch(batch)]
