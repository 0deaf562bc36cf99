"""A conversation that begins with the bot, and one that nobody ever picked up."""

from evals.world.talk.scene import Scene


def bot_only(scene: Scene) -> None:
    """Play a contact that the bot ended, helpfully or not."""
    scene.bot(scene.say("bot_hello"), scene.maybe("bot_menu", 0.3))
    _ask_bot(scene)
    if scene.facts.is_resolved:
        _bot_helps(scene)
    else:
        _bot_fails(scene)


def handover(scene: Scene) -> None:
    """Play the bot's part before a person takes over."""
    scene.bot(scene.say("bot_hello"), scene.maybe("bot_menu", 0.4))
    _ask_bot(scene)
    if not scene.facts.is_transferred and scene.rng.random() < 0.6:
        _misunderstand(scene)
    scene.bot(scene.say("bot_handover"))


def unanswered(scene: Scene) -> None:
    """Play a contact whose customer gave up in the queue."""
    scene.bot(scene.say("bot_hello"))
    scene.customer(scene.maybe("hello", 0.3), scene.opening(), scene.cause(0.5))
    scene.inject()
    for _ in range(scene.rng.randint(1, 3)):
        scene.bot(scene.say("bot_queue"))
        scene.customer(scene.say("chase"), scene.cause(0.6))
    scene.bot(scene.say("bot_queue"))
    while scene.has_cause:
        scene.customer(scene.cause())
    if scene.facts.plant_pii:
        scene.customer_exactly(scene.say("volunteered"))
    scene.customer(scene.say("give_up"))


def _ask_bot(scene: Scene) -> None:
    if scene.rng.random() < 0.55:
        scene.customer(scene.say("query"))
    else:
        scene.customer(scene.maybe("hello", 0.3), scene.opening(), scene.cause(0.3))


def _bot_helps(scene: Scene) -> None:
    if scene.rng.random() < 0.3:
        scene.bot(scene.say("bot_menu"))
        scene.customer(scene.say("menu_pick"))
    for _ in range(scene.rng.randint(1, 2)):
        _field(scene)
    _identify(scene)
    scene.inject()
    scene.bot(scene.say("bot_done"))
    scene.customer(scene.say("bot_thanks"), scene.cause())
    while scene.has_cause:
        scene.bot(scene.say("anything_else"))
        scene.customer(scene.cause())
    scene.bot(scene.say("bot_bye"))


def _bot_fails(scene: Scene) -> None:
    if scene.rng.random() < 0.5:
        _field(scene)
    _identify(scene)
    for _ in range(scene.rng.randint(1, 4)):
        _misunderstand(scene)
    scene.inject()
    scene.bot(scene.say("bot_refuse" if scene.rng.random() < 0.6 else "bot_done"))
    while scene.has_cause:
        scene.customer(scene.cause())
        scene.bot(scene.say("bot_lost"))
    scene.customer(scene.say("bot_quit"))
    if scene.rng.random() < 0.6:
        scene.bot(scene.say("bot_bye"))


def _misunderstand(scene: Scene) -> None:
    scene.bot(scene.say("bot_lost"))
    scene.customer(scene.say("bot_loop_reply"), scene.cause(0.4))


def _field(scene: Scene) -> None:
    asked, replied = scene.pair("bot_ask")
    scene.bot(asked)
    scene.customer(replied)


def _identify(scene: Scene) -> None:
    if scene.facts.plant_pii:
        asked, replied = scene.pair("typed")
        scene.bot(asked)
        scene.customer_exactly(replied)
