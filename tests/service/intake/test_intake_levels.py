"""跨层联办: a matter goes to the office of the applicant's township, or to the city where that has none."""

from __future__ import annotations

from intake_world import World


async def department_of(intake: World, division: str, step: str) -> tuple[str, str]:
    """As the progress names it, and as the plan that the workflow is given says."""
    case_no = await intake.filed(await intake.application(division=division))
    [row] = await intake.rows(
        "SELECT department, plan FROM intake.case_steps JOIN intake.applications USING (case_no)"
        " JOIN intake.compilations ON digest = compilation WHERE case_no = :n AND code = :s",
        n=case_no,
        s=step,
    )
    [planned] = [one["department"] for one in row["plan"]["steps"] if one["code"] == step]
    assert row["department"] == planned
    steps = (await intake.get(f"/v1/applications/{case_no}")).json()["steps"]
    [shown] = [one["department_name"] for one in steps if one["code"] == step]
    return planned, shown


async def test_the_same_theme_goes_to_the_township_for_one_and_to_the_city_for_another(intake: World) -> None:
    assert await department_of(intake, "429006002", "signboard") == ("office-qiaoxiang", "侨乡街道办事处")
    assert await department_of(intake, "429006001", "signboard") == ("permits", "许可局")
    assert await department_of(intake, "429006", "signboard") == ("permits", "许可局")


async def test_what_is_not_delegated_stays_with_its_department(intake: World) -> None:
    assert await department_of(intake, "429006002", "hygiene") == ("permits", "许可局")
