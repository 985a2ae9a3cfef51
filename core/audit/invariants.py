"""What must hold of the chain, of every state, and of every row that has a life cycle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django_fsm import FSMFieldMixin

from core.audit import triggers
from core.audit.anchors import anchors
from core.audit.digest import GENESIS, canonical, entry_hash, row_digest, sha256
from core.audit.models import Entry, Head, Reason
from core.audit.verify import Problem, invariant
from core.lifecycle import Stateful


@invariant("I11", group="chain", says="日志逐条相接、内容未改，链首与末条一致")
def chain_is_whole(start: int = 1) -> Iterator[Problem]:
    """Walk the chain from ``start`` and name the first entries that do not fit."""
    before = Entry.objects.filter(seq__lt=start).order_by("-seq").first()
    prev, expected = (before.hash, start) if before else (GENESIS, 1)
    last = before
    for entry in Entry.objects.filter(seq__gte=expected).order_by("seq").iterator(chunk_size=2000):
        if entry.seq != expected:
            yield Problem(f"seq {expected}", f"第 {expected} 条缺失（其后是第 {entry.seq} 条）")
        elif entry.prev_hash != prev:
            yield Problem(f"seq {entry.seq}", f"第 {entry.seq} 条与前一条不相接")
        if entry.hash != entry_hash(entry):
            yield Problem(f"seq {entry.seq}", f"第 {entry.seq} 条内容与其摘要不符")
        prev, expected, last = entry.hash, entry.seq + 1, entry
    head = Head.objects.order_by("pk").first()
    ends = (last.seq, last.hash) if last else (0, GENESIS)
    if (head.seq, head.hash) != ends if head else last is not None:
        yield Problem(f"seq {ends[0]}", f"链首记为第 {head.seq if head else 0} 条，日志止于第 {ends[0]} 条")


@invariant("I11a", group="chain", says="库外锚点与日志一致")
def anchors_match() -> Iterator[Problem]:
    """Compare every note outside the database with the entry it names."""
    for path, anchor in anchors():
        if anchor is None:
            yield Problem(path.name, "锚点文件的签名不对")
            continue
        entry = Entry.objects.filter(seq=anchor.seq).first()
        if entry is None:
            yield Problem(f"seq {anchor.seq}", f"锚点 {path.name} 所记的第 {anchor.seq} 条已不存在")
        elif entry.hash != anchor.hash:
            yield Problem(
                f"seq {anchor.seq}", f"第 {anchor.seq} 条与锚点 {path.name} 不符，其前的日志被整体改写"
            )


@invariant("I11b", group="chain", says="办理理由与日志所记摘要一致")
def reasons_are_unchanged(start: int = 1) -> Iterator[Problem]:
    """Check each reason against the hash in its entry, and each hash for its reason."""
    reasons = {reason.pk: reason for reason in Reason.objects.filter(pk__gte=start)}
    for entry in Entry.objects.filter(seq__gte=start, payload__has_key="reason_sha256").iterator():
        reason = reasons.pop(entry.seq, None)
        if reason is None:
            yield Problem(f"seq {entry.seq}", f"第 {entry.seq} 条的办理理由缺失")
        elif sha256(canonical([reason.text, reason.document])) != entry.payload["reason_sha256"]:
            yield Problem(f"seq {entry.seq}", f"第 {entry.seq} 条的办理理由被改动")
    for pk in sorted(reasons):
        yield Problem(f"seq {pk}", f"第 {pk} 条没有理由摘要，却存有理由")


@invariant("I11c", group="chain", says="只增不改的表都有触发器")
def triggers_are_there() -> Iterator[Problem]:
    """Name the triggers that are missing."""
    for name in triggers.missing():
        yield Problem(name, f"触发器 {name} 缺失")


def stateful_models() -> list[type[Stateful]]:
    """Return every concrete model with a life cycle."""
    return [model for model in apps.get_models() if issubclass(model, Stateful)]


def _newest(label: str) -> dict[int, dict[str, Any]]:
    newest: dict[int, dict[str, Any]] = {}
    rows = Entry.objects.filter(object_type=label).exclude(verb__startswith="fact:").order_by("seq")
    for row in rows.values("seq", "object_id", "target", "row_version", "row_digest").iterator(
        chunk_size=2000
    ):
        newest[row["object_id"]] = dict(row)
    return newest


@invariant("I1", group="states", says="每个状态都等于最后一步的去向")
def states_are_those_of_the_log() -> Iterator[Problem]:
    """Compare every record with its last entry: state, version and existence."""
    for model in stateful_models():
        label, states = model._meta.label_lower, _state_columns(model)
        newest = _newest(label)
        for pk, version, *state in model._default_manager.values_list(
            "pk", "row_version", *states
        ).iterator():
            last = newest.pop(pk, None)
            if last is None:
                yield Problem(f"{label}:{pk}", "记录没有任何日志，未经流程写入")
            elif state and state[0] != last["target"]:
                yield Problem(
                    f"{label}:{pk}", f"状态为 {state[0]}，第 {last['seq']} 条日志记的是 {last['target']}"
                )
            elif version != last["row_version"]:
                yield Problem(
                    f"{label}:{pk}", f"版本为 {version}，第 {last['seq']} 条日志记的是 {last['row_version']}"
                )
        for pk, last in sorted(newest.items()):
            yield Problem(f"{label}:{pk}", f"记录已不存在，末条日志是第 {last['seq']} 条")


def _state_columns(model: type[Stateful]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if isinstance(field, FSMFieldMixin)][:1]


def edges_of(model: type[Stateful]) -> set[tuple[str, str, str]]:
    """Return the (verb, source, target) triples that a model's table allows."""
    return {
        (found.name, source, found.target if found.target is not None else source)
        for field in model._meta.concrete_fields
        if isinstance(field, FSMFieldMixin)
        for method in field.transitions[model].values()
        for source, found in method._django_fsm.transitions.items()
    }


@invariant("I2", group="states", says="没有状态表之外的流转，且步步相接")
def steps_are_in_the_table() -> Iterator[Problem]:
    """Replay the log of every object against its state table."""
    models = {model._meta.label_lower: model for model in stateful_models()}
    edges = {label: edges_of(model) for label, model in models.items()}
    stands: dict[tuple[str, int], str] = {}
    columns = ("seq", "object_type", "object_id", "verb", "source", "target")
    rows = Entry.objects.exclude(verb__startswith="fact:").order_by("seq").values_list(*columns)
    for seq, label, pk, verb, source, target in rows.iterator(chunk_size=2000):
        if label not in models:
            yield Problem(f"seq {seq}", f"第 {seq} 条的对象类型 {label} 不存在")
            continue
        if source != stands.get((label, pk), ""):
            yield Problem(
                f"seq {seq}", f"第 {seq} 条从 {source} 出发，该对象当时是 {stands.get((label, pk), '')}"
            )
        if source != target and source and (verb, source, target) not in edges[label]:
            yield Problem(f"seq {seq}", f"第 {seq} 条 {verb}：{source} → {target} 不在状态表内")
        stands[label, pk] = target


@invariant("I3r", group="rows", says="每条记录的内容都是最后一步留下的内容")
def rows_are_as_the_door_left_them() -> Iterator[Problem]:
    """Recompute the digest of every record and compare it with its last entry."""
    for model in stateful_models():
        label = model._meta.label_lower
        newest = _newest(label)
        for obj in model._default_manager.iterator(chunk_size=500):
            last = newest.get(obj.pk)
            if last and row_digest(obj) != last["row_digest"]:
                yield Problem(
                    f"{label}:{obj.pk}", f"内容与第 {last['seq']} 条日志留下的摘要不符，未经流程改动"
                )
