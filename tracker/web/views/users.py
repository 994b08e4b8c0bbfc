"""Accounts: the list, one account with what hangs on it, and what an administrator does to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from tracker.db.models import User
from tracker.db.queries.scope import get_unit, get_user
from tracker.db.queries.units import choosable_units
from tracker.db.queries.users import (
    OpenSession,
    UserFilter,
    UserState,
    count_open_duties,
    count_users,
    list_users,
    open_sessions,
)
from tracker.domain.errors import Forbidden, NotFound, RuleViolation, StaleVersion
from tracker.domain.permissions import ROLE_LABELS, Role
from tracker.services.sign_in import hash_password
from tracker.services.users import (
    create_user,
    edit_user,
    end_user_sessions,
    one_time_password,
    reset_password,
    set_user_active,
)
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.forms.units import ConfirmForm
from tracker.web.forms.users import NewUserForm, UserForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing

Form = TypeVar("Form", bound=UserForm)

blueprint = Blueprint("users", __name__, url_prefix="/users")

STATE_LABELS = {
    UserState.ACTIVE: "在用",
    UserState.DISABLED: "已停用",
    UserState.PENDING: "待修改初始密码",
    UserState.NEVER: "从未登录",
}


@blueprint.get("/")
@requires(Role.ADMIN)
def index() -> str:
    """List the accounts in scope."""
    session, actor = reading(), current_actor()
    unit_id = _number("unit")
    unit = get_unit(session, actor, unit_id) if unit_id is not None else None
    wanted = UserFilter(
        unit_path=unit.path if unit else None,
        role=_member(Role, request.args.get("role")),
        state=_member(UserState, request.args.get("state")),
        search=request.args.get("q", "")[:100].strip(),
    )
    return render_template(
        "users/index.html",
        page=list_users(session, actor, wanted, cursor=request.args.get("at", "")[:65]),
        total=count_users(session, actor, wanted),
        wanted=wanted,
        unit=unit,
        units=[("", "全部单位"), *choosable_units(session, actor)],
        roles=[("", "全部角色"), *((str(role.value), label) for role, label in ROLE_LABELS.items())],
        states=[("", "全部"), *((str(state.value), label) for state, label in STATE_LABELS.items())],
        chips=_chips(wanted, unit.short_name if unit else None),
        address=_address,
        role_labels=ROLE_LABELS,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Role.ADMIN)
def new() -> Any:
    """Add an account; its one-time password is shown on the answer and nowhere else."""
    form = _with_units(NewUserForm())
    if request.method == "GET":
        form.unit_id.data = _number("unit")
        return _form_page(form)
    if not form.validate_on_submit():
        return _form_page(form), 400
    password = one_time_password()
    password_hash = hash_password(password)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return _shown_before(earlier)
            user = create_user(
                session, current_actor(), form.username.data, form.fields(), password_hash, now=runtime().now()
            )
            keep_receipt(session, url_for("users.show", user_id=user.id))
    except (NotFound, Forbidden):
        raise
    except RuleViolation as error:
        form.refuse(error)
        return _form_page(form), status_of(error)
    return render_template("users/password.html", user=user, password=password, made=True)


@blueprint.get("/<int:user_id>")
@requires(Role.ADMIN)
def show(user_id: int) -> str:
    """Show an account: its facts, where it is signed in, what can be done."""
    user = get_user(reading(), current_actor(), user_id)
    return render_template(
        "users/show.html",
        user=user,
        sessions=_sessions_of(user),
        duties=count_open_duties(reading(), user.id),
        own=user.id == current_actor().id,
    )


@blueprint.route("/<int:user_id>/edit", methods=["GET", "POST"])
@requires(Role.ADMIN)
def edit(user_id: int) -> Any:
    """Change an account."""
    user = get_user(reading(), current_actor(), user_id)
    form = _with_units(UserForm(obj=user if request.method == "GET" else None))
    if request.method == "GET":
        return _form_page(form, user)
    if not form.validate_on_submit():
        return _form_page(form, user), 400
    version = int((form.version.data or "").strip() or 0)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            edit_user(session, current_actor(), user_id, form.fields(), version=version, now=runtime().now())
            location = url_for("users.show", user_id=user_id)
            keep_receipt(session, location)
    except (NotFound, Forbidden):
        raise
    except RuleViolation as error:
        form.refuse(error)
        fresh = get_user(reading(), current_actor(), user_id)
        return _form_page(form, fresh, stale=isinstance(error, StaleVersion)), status_of(error)
    flash("已保存。", "success")
    return redirect(location, 303)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done to an account after a look at what it will do. ``run`` gives the sentence to show."""

    endpoint: str
    slug: str
    title: str
    button: str
    run: Callable[[Session, int, int], str]
    effects: Callable[[User], tuple[str, ...]]
    applies: Callable[[User], bool] = lambda user: user.is_active


def _disable(session: Session, user_id: int, version: int) -> str:
    user = set_user_active(session, current_actor(), user_id, active=False, version=version, now=runtime().now())
    return f"已停用账号：{user.username}。"


def _enable(session: Session, user_id: int, version: int) -> str:
    user = set_user_active(session, current_actor(), user_id, active=True, version=version, now=runtime().now())
    return f"已启用账号：{user.username}。"


def _end_sessions(session: Session, user_id: int, _version: int) -> str:
    number = end_user_sessions(session, current_actor(), user_id, now=runtime().now())
    return f"已退出 {number} 处登录。"


def _effects_of_disabling(user: User) -> tuple[str, ...]:
    duties = count_open_duties(reading(), user.id)
    handed = f"名下 {duties} 项在办任务保留，提醒转给单位负责人，请单位另行指定责任人" if duties else "名下没有在办任务"
    return ("立即退出全部登录，不能再登录", handed, "办理记录全部保留，随时可以重新启用")


DEEDS = (
    Deed("disable", "disable", "停用账号", "停用账号", _disable, _effects_of_disabling),
    Deed(
        "enable",
        "enable",
        "启用账号",
        "启用账号",
        _enable,
        lambda _user: ("可以用原密码登录；如已忘记，请再重置密码",),
        lambda user: not user.is_active,
    ),
    Deed(
        "end_sessions",
        "end-sessions",
        "强制退出登录",
        "退出全部登录",
        _end_sessions,
        lambda user: (f"{len(_sessions_of(user))} 处登录立即失效，密码不变",),
    ),
)


def _view(deed: Deed) -> Callable[[int], Any]:
    def view(user_id: int) -> Any:
        user, form = get_user(reading(), current_actor(), user_id), ConfirmForm()
        if request.method == "GET":
            return _confirm_page(deed, user, form)
        if not form.validate_on_submit():
            return _confirm_page(deed, user, form), 400
        try:
            with writing() as session:
                if earlier := earlier_location(session):
                    return redirect(earlier, 303)
                sentence = deed.run(session, user_id, form.seen)
                location = url_for("users.show", user_id=user_id)
                keep_receipt(session, location)
        except (NotFound, Forbidden):
            raise
        except RuleViolation as error:
            form.refuse(error)
            return _confirm_page(deed, get_user(reading(), current_actor(), user_id), form), status_of(error)
        flash(sentence, "success")
        return redirect(location, 303)

    return requires(Role.ADMIN)(view)


for _deed in DEEDS:
    blueprint.add_url_rule(
        f"/<int:user_id>/{_deed.slug}", endpoint=_deed.endpoint, view_func=_view(_deed), methods=["GET", "POST"]
    )

RESET = Deed(
    "reset",
    "reset",
    "重置密码",
    "重置密码",
    lambda _session, _user_id, _version: "",
    lambda _user: (
        "立即退出全部登录，原密码作废",
        "生成一个一次性密码，只显示一次，首次登录必须修改",
        "解除因密码错误次数过多的锁定",
    ),
)


@blueprint.route("/<int:user_id>/reset", methods=["GET", "POST"])
@requires(Role.ADMIN)
def reset(user_id: int) -> Any:
    """Give an account a one-time password, shown on the answer and nowhere else."""
    user, form = get_user(reading(), current_actor(), user_id), ConfirmForm()
    if request.method == "GET":
        return _confirm_page(RESET, user, form)
    if not form.validate_on_submit():
        return _confirm_page(RESET, user, form), 400
    password = one_time_password()
    password_hash = hash_password(password)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return _shown_before(earlier)
            now = runtime().now()
            user = reset_password(session, current_actor(), user_id, password_hash, version=form.seen, now=now)
            keep_receipt(session, url_for("users.show", user_id=user.id))
    except (NotFound, Forbidden):
        raise
    except RuleViolation as error:
        form.refuse(error)
        return _confirm_page(RESET, get_user(reading(), current_actor(), user_id), form), status_of(error)
    return render_template("users/password.html", user=user, password=password, made=False)


def _shown_before(location: str) -> Any:
    """Lead on where the same form is sent again: the password was shown and is stored nowhere."""
    flash("这一步已经办过，一次性密码只显示一次。没有记下的，请重置密码。", "warning")
    return redirect(location, 303)


def _with_units(form: Form) -> Form:
    form.unit_id.choices = choosable_units(reading(), current_actor())
    return form


def _form_page(form: UserForm, user: User | None = None, *, stale: bool = False) -> str:
    if user is not None and (stale or request.method == "GET"):
        form.version.data = str(user.version)
    own = user is not None and user.id == current_actor().id
    return render_template("users/form.html", form=form, user=user, stale=stale, own=own)


def _confirm_page(deed: Deed, user: User, form: ConfirmForm) -> str:
    return render_template("users/confirm.html", deed=deed, user=user, form=form, own=user.id == current_actor().id)


def _sessions_of(user: User) -> list[OpenSession]:
    settings, now = runtime().settings, runtime().now()
    return open_sessions(
        reading(),
        user.id,
        idle_since=now - timedelta(minutes=settings.session_idle_minutes),
        begun_since=now - timedelta(hours=settings.session_absolute_hours),
    )


Member = TypeVar("Member", Role, UserState)


def _member(kind: type[Member], value: str | None) -> Member | None:
    return kind(value) if value in set(kind) else None


def _number(name: str) -> int | None:
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


PARAMETERS = ("unit", "role", "state", "q")


def _address(**changes: str | None) -> str:
    """Return this page's address with some parameters changed; the place in it is not kept."""
    kept: dict[str, str | None] = {name: request.args.get(name) for name in PARAMETERS}
    query = urlencode({name: value for name, value in (kept | changes).items() if value})
    return f"{url_for('users.index')}{'?' + query if query else ''}"


def _chips(wanted: UserFilter, unit_name: str | None) -> list[dict[str, str]]:
    found = []
    if unit_name:
        found.append(("unit", f"{unit_name}及下级"))
    if wanted.role:
        found.append(("role", ROLE_LABELS[wanted.role]))
    if wanted.state:
        found.append(("state", STATE_LABELS[wanted.state]))
    if wanted.search:
        found.append(("q", f"“{wanted.search[:20]}”"))
    return [{"label": label, "remove_href": _address(**{name: None})} for name, label in found]
