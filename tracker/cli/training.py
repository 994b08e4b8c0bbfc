"""``tracker train``: learn the weights of the linking from what people confirmed and rejected."""

from __future__ import annotations

import click

from tracker.cli.installation import check_migrated, open_installation
from tracker.runtime import Runtime


@click.command("train", help="用核对结论训练比对权重，与现用权重对比；加 --adopt 才采用。")
@click.option("--adopt", is_flag=True, help="新权重更好时采用")
@click.option("--force", is_flag=True, help="与 --adopt 合用：没有变好也采用")
@click.option("--reset", is_flag=True, help="恢复自带权重")
def train_command(*, adopt: bool, force: bool, reset: bool) -> None:
    """Print the comparison; exit 1 where there is too little to learn from, or --adopt was refused."""
    if reset and (adopt or force):
        raise click.UsageError("--reset 不能与 --adopt、--force 合用")
    if force and not adopt:
        raise click.UsageError("--force 要与 --adopt 合用")
    runtime = open_installation()
    check_migrated(runtime)
    if reset:
        _reset(runtime)
    else:
        _train(runtime, adopt=adopt, force=force)


def _train(runtime: Runtime, *, adopt: bool, force: bool) -> None:
    from tracker.cli.training_table import print_training
    from tracker.domain.errors import RuleViolation
    from tracker.services.linking_model import model_in_force
    from tracker.services.training import cases_of, comparison_of, keep_comparison, train, write_model

    path = runtime.settings.linking_model_path
    in_force = model_in_force(path)
    with runtime.database.reading() as session:
        cases = cases_of(session)
    try:
        trained = train(cases, in_force)
    except RuleViolation as error:
        raise click.ClickException(error.message) from error
    taken = adopt and (trained.is_better or force)
    now = runtime.now()
    print_training(comparison_of(trained, adopted=taken, now=now), in_force.problem)
    with runtime.database.writing.begin() as session:
        keep_comparison(session, trained, adopted=taken, now=now)
        if taken:
            write_model(path, trained.text())
    if taken:
        click.echo(f"已采用新权重 {trained.fingerprint}。已核对的结论不变，待核对的在下次比对时使用新权重。")
    elif adopt:
        raise click.ClickException("没有采用：新权重没有更好。确实要用，请加 --force。")
    elif trained.is_better:
        click.echo("新权重更好。要采用，请运行：tracker train --adopt")
    else:
        click.echo("新权重没有更好，继续使用现用权重。")


def _reset(runtime: Runtime) -> None:
    from tracker.services.linking_model import model_in_force
    from tracker.services.training import note_reset

    path = runtime.settings.linking_model_path
    if not path.exists():
        click.echo("现在用的就是自带权重。")
        return
    before = model_in_force(path)
    with runtime.database.writing.begin() as session:
        note_reset(session, before, now=runtime.now())
        path.unlink()
    click.echo("已恢复自带权重。已核对的结论不变。")
