"""A conversation by e-mail: few, long messages, an automatic reply, greetings and signatures."""

from evals.world.talk.scene import Scene, join


def letters(scene: Scene) -> None:
    """Play a thread of six messages or more."""
    _first_letter(scene)
    scene.bot(scene.say("bot_ticket"))
    if scene.facts.is_abandoned:
        _nobody_answers(scene)
        return
    asked, replied = scene.pair("probe")
    _agent_letter(
        scene, join(scene.say("agent_thanks"), scene.say("sympathy")), join(scene.say("agent_question"), asked)
    )
    _letter(
        scene,
        scene.say("reply_open"),
        join(replied, scene.say("detail"), scene.cause(0.5)),
        scene.maybe("request", 0.4),
    )
    if scene.facts.is_transferred:
        _agent_letter(scene, scene.say("agent_thanks"), scene.say("transfer_say"))
        _letter(scene, scene.say("retell"), scene.cause(0.5), scene.maybe("request", 0.5))
    if scene.facts.is_resolved:
        _settled(scene)
    else:
        _unsettled(scene)


def _first_letter(scene: Scene) -> None:
    story = join(scene.opening(), scene.cause(0.7), scene.say("detail"), scene.maybe("detail", 0.5))
    _letter(
        scene,
        scene.maybe("purpose", 0.6),
        story,
        join(scene.maybe("circumstance", 0.6), scene.cause(0.5), scene.say("request")),
    )
    scene.inject()


def _settled(scene: Scene) -> None:
    if scene.facts.is_escalated:
        _agent_letter(scene, scene.say("agent_thanks"), scene.say("stuck"))
        _letter(scene, join(scene.say("ask_manager"), scene.cause()))
        _agent_letter(scene, scene.say("manager"))
    _agent_letter(
        scene, scene.say("agent_thanks"), scene.say("finding"), join(scene.say("fixed"), scene.maybe("recap", 0.5))
    )
    _letter(scene, join(scene.say("accept"), scene.all_causes()))


def _unsettled(scene: Scene) -> None:
    _agent_letter(scene, scene.say("agent_thanks"), scene.say("finding"), scene.say("stuck"))
    escalation = [scene.say("ask_manager")] if scene.facts.is_escalated else []
    _letter(scene, join(scene.say("react"), scene.say("protest"), scene.all_causes()), *escalation)
    if scene.facts.is_escalated:
        _agent_letter(scene, scene.say("manager"), scene.say("promise"))
    else:
        _agent_letter(scene, scene.say("promise"), scene.say("goodbye_sorry"))


def _nobody_answers(scene: Scene) -> None:
    for _ in range(scene.rng.randint(1, 2)):
        _letter(scene, scene.say("chase"), scene.cause())
        scene.bot(scene.say("bot_ticket"))
    _letter(scene, scene.say("protest"), scene.cause())
    scene.bot(scene.say("bot_ticket"))
    _letter(scene, join(scene.say("give_up"), scene.all_causes()))


def _letter(scene: Scene, *paragraphs: str) -> None:
    exact = scene.facts.plant_pii
    if exact and not any(said.speaker == "customer" for said in scene.said):
        paragraphs = (*paragraphs, scene.say("written"))
    body = _paragraphs(scene.say("dear"), *paragraphs, scene.say("sign"))
    if exact:
        scene.customer_exactly(f"{body}\n{scene.say('sign_name')}")
    else:
        scene.customer(body)


def _agent_letter(scene: Scene, *paragraphs: str) -> None:
    scene.agent(_paragraphs(scene.say("agent_dear"), *paragraphs, scene.say("agent_sign")))


def _paragraphs(*paragraphs: str) -> str:
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
