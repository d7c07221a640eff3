"""Hypothesis strategies: whole random catalogues with one theme, sound by construction."""

from __future__ import annotations

from catalog_samples import LAW, Raw
from hypothesis import strategies as st

ELEMENTS = [f"element_{number}" for number in range(6)]
MATERIALS = [f"paper-{number}" for number in range(5)]
DEPARTMENTS = ["alpha", "beta", "gamma"]
SUBJECTS = ["owner", "shop"]
REGISTRIES = ["population", "companies"]
KINDS = ["VERIFY", "DECIDE", "OPINION", "PRODUCE", "PAY"]


@st.composite
def conditions(draw: st.DrawFn, questions: list[Raw]) -> str:
    """A condition over some of the questions."""
    atoms = []
    for question in draw(st.lists(st.sampled_from(questions), min_size=1, max_size=2)):
        value = draw(st.sampled_from(question["options"]))["value"]
        sign = draw(st.sampled_from(["==", "!="]))
        atoms.append(f'answers.{question["code"]} {sign} "{value}"')
    return draw(st.sampled_from([" && ", " || "])).join(atoms)


@st.composite
def conditional(draw: st.DrawFn, questions: list[Raw], item: Raw) -> Raw:
    """The item, with a condition now and then."""
    return {**item, "when": draw(conditions(questions))} if questions and draw(st.booleans()) else item


@st.composite
def held(draw: st.DrawFn, where: str, sources: list[str]) -> Raw:
    """Where an element or a material is held, and of whom; often nowhere, now and then of nobody."""
    source, subject = draw(st.none() | st.sampled_from(sources)), draw(st.none() | st.sampled_from(SUBJECTS))
    return {where: source, "subject": subject} if source else {}


@st.composite
def catalogs(draw: st.DrawFn) -> Raw:
    """Raw catalogue with theme X1."""
    questions: list[Raw] = []
    for number in range(draw(st.integers(0, 3))):
        options = [{"value": f"o{value}", "label": f"选项{value}"} for value in range(draw(st.integers(2, 3)))]
        question = {"code": f"q{number}", "text": f"问题{number}？", "options": options}
        questions.append(draw(conditional(questions, question)))
    codes = [f"step-{number}" for number in range(draw(st.integers(1, 7)))]
    matters, steps = [], []
    for position, code in enumerate(codes):
        element_uses = [
            draw(conditional(questions, {"element": element, "required": draw(st.booleans())}))
            for element in draw(st.lists(st.sampled_from(ELEMENTS), max_size=4))
        ]
        material_uses = [
            draw(
                conditional(
                    questions,
                    {
                        "material": material,
                        "required": draw(st.booleans()),
                        "copies": draw(st.integers(1, 4)),
                        "form": draw(st.sampled_from(["electronic", "copy", "original", None])),
                        "standard": draw(st.sampled_from(["清晰", "完整", None])),
                    },
                )
            )
            for material in draw(st.lists(st.sampled_from(MATERIALS), max_size=3))
        ]
        made = draw(st.none() | st.sampled_from(MATERIALS))
        matters.append(
            {
                "code": f"matter-{code}",
                "name": f"事项{code}",
                "department": draw(st.sampled_from(DEPARTMENTS)),
                "kind": draw(st.sampled_from(KINDS)),
                "basis": [LAW],
                "conditions": ["符合条件"],
                "elements": element_uses,
                "materials": material_uses,
                "limit": {"unit": "WD", "promised": draw(st.integers(1, 20))},
                "results": [{"code": f"result-{code}", "name": f"结果{code}", "material": made}] if made else [],
                "fees": [
                    {"name": f"费{amount}", "amount": amount, "basis": [LAW]}
                    for amount in draw(st.lists(st.integers(0, 200), max_size=2))
                ],
                "visits": draw(st.integers(0, 2)),
                "before": {"steps": 2, "visits": 1, "days": 5},
            }
        )
        after = draw(st.lists(st.sampled_from(codes[:position]), unique=True)) if position else []
        step = {"matter": f"matter-{code}", "code": code, "after": after}
        steps.append(draw(conditional(questions, step)))
    return {
        "divisions": [{"code": "429006", "name": "天门市", "level": "city"}],
        "departments": [{"code": code, "name": f"部门{code}", "short_name": code} for code in DEPARTMENTS],
        "subjects": [{"code": code, "name": f"主体{code}"} for code in SUBJECTS],
        "registries": [{"code": code, "name": f"库{code}", "department": "alpha"} for code in REGISTRIES],
        "licences": [{"code": code, "name": f"证照{code}", "issuer": "发证机关"} for code in ("card", "permit")],
        "elements": [
            {"code": code, "name": f"表单项{code}", "type": "text", "group": f"组{number % 3}"}
            | draw(held("registry", REGISTRIES))
            for number, code in enumerate(ELEMENTS)
        ],
        "materials": [
            {"code": code, "name": f"材料{code}", "form": "electronic"} | draw(held("elicence", ["card", "permit"]))
            for code in MATERIALS
        ],
        "matters": matters,
        "themes": [
            {
                "code": "X1",
                "name": "样例",
                "area": "个人",
                "stage": "样例",
                "audience": "person",
                "summary": "样例主题。",
                "lead": matters[0]["department"],
                "division": "429006",
                "policy": "INDEPENDENT",
                "limit": {"unit": "WD", "promised": 200},
                "delivery_limit": {"unit": "WD", "promised": 3, "legal": 10},
                "supplement_limit": {"unit": "WD", "promised": 10},
                "questions": questions,
                "steps": draw(st.permutations(steps)),
            }
        ],
    }
