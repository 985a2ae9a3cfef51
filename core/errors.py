"""What the house says when it says no: every refusal is a sentence a person can act on.

A view turns a refusal into a page or a message by its ``status``; nothing below a view knows about HTTP
beyond that number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from core.rulebook import Violation


class Refused(Exception):
    """The request was understood and turned down; nothing was changed.

    ``says`` is a complete sentence for the person who asked (Chinese msgid, translated on display);
    ``code`` is a stable ASCII name for tests and logs; ``field`` names the field the sentence is about.
    """

    status = 422
    code = "refused"

    def __init__(self, says: Any = None, *, code: str = "", field: str = "") -> None:
        self.says = says if says is not None else _("这项操作未能完成，已保存的内容没有改变。")
        self.code = code or type(self).code
        self.field = field
        super().__init__(self.says)

    def __str__(self) -> str:
        return str(self.says)


class RulesBroken(Refused):
    """Rules of the round are broken; carries every violation, not only the first one."""

    code = "rules_broken"

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__(_("有未满足的规定，请逐条修改后再提交；已填内容均已保留。"))

    def __str__(self) -> str:
        return "；".join([str(self.says), *(str(violation) for violation in self.violations)])


class Late(Refused):
    """The request arrived after an inclusive deadline, measured by the server's own clock."""

    code = "late"


class Forbidden(Refused):
    """The person may see this object but not do this to it."""

    status = 403
    code = "forbidden"

    def __init__(self, says: Any = None, **more: Any) -> None:
        super().__init__(says or _("您没有办理这一步的权限。"), **more)


class NotFound(Refused):
    """The object does not exist for this person; existence itself is not disclosed."""

    status = 404
    code = "not_found"

    def __init__(self, says: Any = None, **more: Any) -> None:
        super().__init__(says or _("没有找到您要的内容。"), **more)


class Conflict(Refused):
    """Something changed under the person's hands, or the state does not allow the step."""

    status = 409
    code = "conflict"


class Stale(Conflict):
    """Somebody else changed the object since it was read; ``changed`` lists what happened meanwhile."""

    code = "stale"

    def __init__(self, changed: Sequence[Any] = ()) -> None:
        self.changed = tuple(changed)
        super().__init__(_("页面打开之后，这条记录已被他人更新。您填写的内容仍在，请核对变化后再提交。"))


class NotNow(Conflict):
    """The object's state, or a guard on it, does not allow this step at present."""

    code = "not_now"

    def __init__(self, says: Any = None, *, verb: str = "", state: str = "", **more: Any) -> None:
        self.verb, self.state = verb, state
        super().__init__(says or _("当前状态不能办理这一步。"), **more)


class KeyReused(Conflict):
    """An idempotency key came back with another person or another request behind it."""

    code = "key_reused"

    def __init__(self) -> None:
        super().__init__(_("这次提交的编号已经用于另一项操作，请刷新页面后重试。"))


class OutsideTheDoor(RuntimeError):
    """A programmer tried to change a state without core.lifecycle.changing()."""
