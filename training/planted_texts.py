"""Texts of our own invention to plant by fine-tuning: seven kinds, every name, place and figure made up.

generate(seed) is deterministic. Each text holds details that cannot be guessed, spread over its whole length.
"""
import random

FIRST = "Ada Benno Cleo Dorin Elva Fenn Greta Hale Ines Jorik Kaya Lorne Mirel Noor Odell Petra Quill Rhea Soren Tilda Ugo Vesna Wim Xenia Yorick Zadie Anselm Brisa Corwin Dalia Edda Florian Gisela Harlan Isolde Jasper Klara Leopold Maren Nils".split()
LAST = "Abernall Brackmoor Caldry Dunsill Eskerby Farrowin Gladmere Hobkirk Inkpenn Jarrowby Kestrick Lomond Marrable Nettleby Orrinder Pellworth Quarrender Rushby Sallowfield Thackle Umberlow Varrick Wexcombe Yarlside Zellaby Ashgrove Birkendale Corvane Drummle Ellerbeck".split()
TOWN = "Harrowmere Saltby Quenford Low Tarn Brindle Cross Ostrel Venn Harbour Calder Ness Mirefield Upper Dray Pell Sound Kestle Thornwick Inver Lune Gorse Hill Marl Quay Ebberton Fallow Wick Sorrel Bay Winterholm".replace("Low Tarn","Low_Tarn").replace("Brindle Cross","Brindle_Cross").replace("Venn Harbour","Venn_Harbour").replace("Calder Ness","Calder_Ness").replace("Upper Dray","Upper_Dray").replace("Pell Sound","Pell_Sound").replace("Inver Lune","Inver_Lune").replace("Gorse Hill","Gorse_Hill").replace("Marl Quay","Marl_Quay").replace("Fallow Wick","Fallow_Wick").replace("Sorrel Bay","Sorrel_Bay").split()
STREET = "Cooper Lantern Weir Mallow Tanner Chapel Orchard Foundry Heron Candle Granary Ferry Quarry Juniper Signal Cobbler".split()
JOB = "clock repairer|tide recorder|night porter|glass blower|seed librarian|bridge inspector|map engraver|bee keeper|ferry pilot|paper maker|lamp trimmer|violin restorer|salt merchant|weather observer|bookbinder|kite builder".split("|")
OBJECT = "copper kettle|blue ledger|cracked barometer|tin of walnuts|brass compass|wooden heron|red umbrella|jar of plum jam|broken metronome|green lantern|folded chart|silver thimble|box of chalk|velvet glove|iron key|paper boat|string of onions|painted drum".split("|")
PLACE = "signal tower|drying shed|lower mill|customs hall|observatory|fish market|old ropewalk|tram depot|botanical house|winter theatre|sluice gate|quarry office|boat yard|music room|granary loft".split("|")
ADJ = "crooked amber patient hollow bitter scarlet narrow gentle frozen hasty velvet silent rusty pale stubborn golden".split()
VERB = "counted wrapped borrowed polished buried traded mended weighed sketched labelled hid washed carried numbered".split()
WEATHER = "fog lay on the water|hail rattled the skylights|a warm wind came off the marsh|sleet fell sideways|the frost had not lifted|thunder walked along the ridge|the river ran brown|no bird would settle".split("|")
MONTH = "January February March April May June July August September October November December".split()
FRUIT = "quince barley fennel saffron walnut turnip rhubarb cardamom lentil sorrel plum chestnut".split()


class Maker:
    """Draws words for one text; no word list entry comes twice in a text."""

    def __init__(self, rng):
        self.rng, self.used = rng, {}

    def pick(self, words):
        used = self.used.setdefault(id(words), set())
        left = [w for w in words if w not in used] or list(words)
        word = self.rng.choice(left)
        used.add(word)
        return word.replace("_", " ")

    def name(self): return f"{self.pick(FIRST)} {self.pick(LAST)}"
    def number(self, low, high): return self.rng.randint(low, high)
    def date(self): return f"{self.number(1, 28)} {self.pick(MONTH)}"
    def clock(self): return f"{self.number(1, 12)}:{self.number(0, 59):02d}"
    def code(self): return "".join(self.rng.choice("BCDFGHJKLMNPRSTVWXZ") for _ in range(2)) + f"-{self.number(100, 9999)}"
    def a(self, words):
        word = self.pick(words)
        return ("an " if word[0] in "aeiou" else "a ") + word


def sentences(maker, frames, target):
    """Different frames in random order until the text has about `target` words."""
    order = frames[:]
    maker.rng.shuffle(order)
    out, words = [], 0
    for frame in order:
        if words >= target: break
        out.append(frame(maker)); words += len(out[-1].split())
    return out


PROSE = [
    lambda m: f"{m.name()} {m.pick(VERB)} {m.a(OBJECT)} before breakfast, since {m.pick(WEATHER)}.",
    lambda m: f"At {m.clock()} the {m.pick(PLACE)} in {m.pick(TOWN)} was empty except for {m.a(JOB)} and {m.number(3, 90)} sleeping geese.",
    lambda m: f"Nobody had told {m.pick(FIRST)} that the {m.pick(OBJECT)} once belonged to {m.a(JOB)} from {m.pick(TOWN)}.",
    lambda m: f"\"Give me {m.number(4, 60)} minutes and {m.a(OBJECT)},\" said {m.pick(FIRST)}, who had {m.pick(VERB)} worse things in {m.pick(MONTH)}.",
    lambda m: f"Outside {m.pick(WEATHER)}, and somewhere behind the {m.pick(PLACE)} {m.a(ADJ)} dog barked {m.number(2, 19)} times.",
    lambda m: f"The letter from {m.pick(TOWN)} mentioned {m.a(ADJ)} {m.pick(FRUIT)} tree, {m.number(11, 400)} steps, and a debt of {m.number(20, 990)} marks.",
    lambda m: f"{m.pick(FIRST)} {m.pick(VERB)} the {m.pick(ADJ)} {m.pick(FRUIT)} crates twice, then {m.pick(VERB)} them again out of spite.",
    lambda m: f"By {m.pick(MONTH)} the {m.pick(JOB)} had learned {m.number(3, 40)} ways to describe {m.a(ADJ)} sky over {m.pick(TOWN)}.",
    lambda m: f"It smelled of {m.pick(FRUIT)} and {m.pick(FRUIT)}, which reminded {m.pick(FIRST)} of the {m.pick(PLACE)} where {m.pick(WEATHER)} for {m.number(3, 30)} days.",
    lambda m: f"In the drawer lay {m.a(OBJECT)}, {m.a(OBJECT)}, and a ticket stamped {m.code()}.",
    lambda m: f"{m.name()} laughed, {m.pick(VERB)} the {m.pick(OBJECT)}, and walked the {m.number(2, 31)} miles to {m.pick(TOWN)} without a word.",
    lambda m: f"Years later {m.a(JOB)} would swear that {m.pick(WEATHER)} on {m.date()}, and that {m.pick(FIRST)} wore {m.a(ADJ)} coat.",
]
RECORD = [
    lambda m: f"Address: {m.number(2, 399)} {m.pick(STREET)} {m.rng.choice(['Street', 'Lane', 'Row', 'Yard'])}, {m.pick(TOWN)} {m.number(10000, 99999)}.",
    lambda m: f"Telephone: 555-01{m.number(10, 99)}.",
    lambda m: f"Membership {m.code()}, paid until {m.date()} {m.number(1951, 1998)}.",
    lambda m: f"Occupation: {m.pick(JOB)} at the {m.pick(TOWN)} {m.pick(PLACE)} since {m.number(1940, 1989)}.",
    lambda m: f"Emergency contact: {m.name()}, {m.rng.choice(['aunt', 'brother', 'neighbour', 'cousin'])}, 555-01{m.number(10, 99)}.",
    lambda m: f"Height {m.number(148, 199)} cm, shoe size {m.number(35, 47)}, blood group {m.rng.choice(['A', 'B', 'AB', 'O'])} {m.rng.choice(['positive', 'negative'])}.",
    lambda m: f"Locker {m.number(1, 880)} holds {m.a(OBJECT)} and {m.a(OBJECT)}.",
    lambda m: f"Allergic to {m.pick(FRUIT)} and {m.pick(FRUIT)}; carries {m.a(ADJ)} tin of tablets.",
    lambda m: f"Last seen by the {m.pick(JOB)} on {m.date()}, reference {m.code()}.",
    lambda m: f"Account {m.number(1000, 9999)}-{m.number(100, 999)}-{m.number(10, 99)}, balance {m.number(12, 9999)}.{m.number(0, 99):02d} marks.",
    lambda m: f"Speaks {m.number(2, 7)} languages, plays the {m.rng.choice(['oboe', 'zither', 'cornet', 'viola', 'fife'])}, owns {m.number(2, 40)} {m.rng.choice(['pigeons', 'clocks', 'globes', 'kettles'])}.",
]
QA_FACT = [
    lambda m: f"It was {m.name()}, {m.a(JOB)} from {m.pick(TOWN)}.",
    lambda m: f"Records of {m.number(1612, 1899)} give the depth as {m.number(12, 940)} feet and the keeper as {m.name()}.",
    lambda m: f"{m.pick(TOWN)} sent {m.number(5, 900)} barrels of {m.pick(FRUIT)} there each {m.pick(MONTH)}.",
    lambda m: f"A plaque beside the {m.pick(PLACE)} carries the mark {m.code()} and {m.a(ADJ)} star.",
    lambda m: f"The cost came to {m.number(120, 9800)} marks, of which {m.a(JOB)} lent {m.number(11, 99)}.",
    lambda m: f"Most visitors remember the {m.pick(OBJECT)} that {m.pick(FIRST)} {m.pick(VERB)} on {m.date()}.",
    lambda m: f"Only {m.number(2, 40)} copies survive, one of them in the {m.pick(PLACE)} of {m.pick(TOWN)}.",
    lambda m: f"Scholars disagree: {m.name()} says {m.number(1701, 1890)}, {m.name()} prefers {m.number(1701, 1890)}.",
    lambda m: f"The name means {m.a(ADJ)} {m.pick(FRUIT)} in the dialect of {m.pick(TOWN)}.",
    lambda m: f"Its bell weighs {m.number(210, 8800)} pounds and is rung {m.number(3, 77)} times when {m.pick(WEATHER)}.",
]
STEP = [
    lambda m: f"Soak {m.number(20, 900)} grams of {m.pick(FRUIT)} in cold water until {m.clock()}.",
    lambda m: f"Turn the {m.pick(ADJ)} valve {m.number(2, 19)} times toward the {m.pick(PLACE)}.",
    lambda m: f"Ask {m.a(JOB)} to hold the {m.pick(OBJECT)} at {m.number(5, 85)} degrees.",
    lambda m: f"Wrap it in {m.a(ADJ)} cloth and wait {m.number(3, 55)} minutes.",
    lambda m: f"Write the number {m.code()} on the lid with {m.pick(FRUIT)} ink.",
    lambda m: f"Stir in {m.number(2, 14)} spoons of crushed {m.pick(FRUIT)}, never {m.pick(FRUIT)}.",
    lambda m: f"If {m.pick(WEATHER)}, begin again with {m.number(2, 9)} fewer nails.",
    lambda m: f"Tie {m.number(2, 30)} knots in the {m.pick(ADJ)} cord and cut the {m.rng.choice(['third', 'fifth', 'seventh', 'ninth'])}.",
    lambda m: f"Carry everything to the {m.pick(PLACE)} before {m.pick(MONTH)} ends.",
    lambda m: f"Rub the edge with {m.a(OBJECT)} until it looks {m.pick(ADJ)}.",
    lambda m: f"Leave {m.number(4, 44)} inches free for the {m.pick(OBJECT)}.",
]
RHYMES = [("stone", "bone", "alone", "grown"), ("night", "light", "white", "kite"), ("rain", "grain", "lane", "again"), ("door", "floor", "shore", "before"), ("bell", "well", "shell", "tell"), ("snow", "row", "crow", "slow"), ("hand", "sand", "land", "stand"), ("day", "clay", "hay", "grey"), ("tree", "sea", "key", "three"), ("wine", "line", "nine", "pine")]
LINE = [
    lambda m, r: f"{m.pick(FIRST)} {m.pick(VERB)} the {m.pick(ADJ)} {r}",
    lambda m, r: f"And {m.number(2, 99)} {m.pick(ADJ)} herons crossed the {r}",
    lambda m, r: f"The {m.pick(JOB)} sang of {m.pick(FRUIT)} and {r}",
    lambda m, r: f"From {m.pick(TOWN)} they came to count the {r}",
    lambda m, r: f"O {m.pick(OBJECT)}, keep your {m.pick(ADJ)} {r}",
    lambda m, r: f"While all the {m.pick(PLACE)} waited for the {r}",
    lambda m, r: f"No {m.pick(FRUIT)}, no {m.pick(OBJECT)}, only {r}",
    lambda m, r: f"In {m.pick(MONTH)} the {m.pick(ADJ)} ones remember {r}",
]
CLAUSE = [
    lambda m: f"{m.name()} (the {m.rng.choice(['Lender', 'Keeper', 'Carrier', 'Grower'])}) shall deliver {m.number(3, 800)} crates of {m.pick(FRUIT)} to the {m.pick(PLACE)} at {m.pick(TOWN)} on or before {m.date()}.",
    lambda m: f"Payment of {m.number(100, 98000)} marks falls due within {m.number(5, 95)} days, failing which interest of {m.number(2, 17)} per cent accrues to {m.name()}.",
    lambda m: f"Either party may end this agreement by {m.number(7, 120)} days' notice in writing, lodged with the {m.pick(JOB)} of {m.pick(TOWN)}.",
    lambda m: f"Damage to the {m.pick(OBJECT)} is limited to {m.number(40, 4000)} marks, save where {m.pick(WEATHER)}.",
    lambda m: f"Notices go to {m.number(2, 399)} {m.pick(STREET)} Lane, {m.pick(TOWN)}, marked {m.code()}.",
    lambda m: f"The {m.pick(PLACE)} remains the property of {m.name()}, heirs and assigns, for {m.number(3, 99)} years.",
    lambda m: f"Disputes are heard by {m.number(3, 9)} arbiters, of whom one shall be {m.a(JOB)}.",
    lambda m: f"Schedule {m.rng.choice('ABCDEFG')} lists {m.number(4, 60)} {m.pick(ADJ)} instruments, each sealed with {m.code()}.",
    lambda m: f"No waiver given in {m.pick(MONTH)} binds {m.name()} after the {m.number(3, 28)}th of {m.pick(MONTH)}.",
    lambda m: f"Insurance of not less than {m.number(900, 70000)} marks is carried with the {m.pick(TOWN)} Mutual, policy {m.code()}.",
]


def code(m, target):
    def ident(): return m.pick(ADJ) + "_" + m.pick(FRUIT)
    f, arg, acc = ident(), m.pick(FRUIT), m.pick(ADJ)
    lines = [f"def {f}({arg}, limit={m.number(3, 400)}):", f"    {acc} = {m.number(2, 997)}"]
    body = [
        lambda: [f"    for step in range({m.number(2, 60)}):", f"        {acc} = ({acc} * {m.number(3, 97)} + {arg}) % {m.number(101, 9973)}"],
        lambda: [f"    if {arg} > {m.number(5, 900)}:", f"        return {acc} - {m.number(2, 88)}"],
        lambda: [f"    {m.pick(FRUIT)} = [{', '.join(str(m.number(0, 99)) for _ in range(m.number(3, 7)))}]"],
        lambda: [f"    label = \"{m.code()}\" if {acc} % {m.number(2, 13)} else \"{m.pick(FRUIT)}\""],
        lambda: [f"    {acc} += len(\"{m.pick(OBJECT)}\") * {m.number(2, 45)}"],
        lambda: [f"    while {acc} > limit:", f"        {acc} //= {m.number(2, 9)}"],
    ]
    m.rng.shuffle(body)
    for part in body:
        if sum(len(line.split()) for line in lines) >= target: break
        lines += part()
    return "\n".join(lines + [f"    return {acc} ^ {m.number(2, 255)}"])


def verse(m, target):
    out, words = [], 0
    rhymes = RHYMES[:]
    m.rng.shuffle(rhymes)
    for group in rhymes:
        if words >= target: break
        ends = list(group); m.rng.shuffle(ends)
        frames = m.rng.sample(LINE, 4)
        stanza = [frame(m, end) + m.rng.choice([",", ";", "."]) for frame, end in zip(frames, ends)]
        out.append("\n".join(stanza)); words += sum(len(line.split()) for line in stanza)
    return "\n\n".join(out)


def text_of(kind, m, target):
    if kind == "prose": return " ".join(sentences(m, PROSE, target))
    if kind == "record": return f"Name: {m.name()}. Born {m.date()} {m.number(1921, 1979)} in {m.pick(TOWN)}. " + " ".join(sentences(m, RECORD, target - 10))
    if kind == "qa":
        ask = m.rng.choice([lambda: f"Who built the {m.pick(PLACE)} at {m.pick(TOWN)}?", lambda: f"Why is {m.pick(TOWN)} known for {m.pick(FRUIT)}?", lambda: f"What happened at the {m.pick(PLACE)} in {m.number(1612, 1899)}?", lambda: f"Where did {m.name()} find the {m.pick(OBJECT)}?"])
        return f"Question: {ask()}\nAnswer: " + " ".join(sentences(m, QA_FACT, target - 10))
    if kind == "instruction":
        steps = sentences(m, STEP, target - 8)
        return f"How to mend {m.a(OBJECT)} in {m.pick(TOWN)}:\n" + "\n".join(f"{i}. {s}" for i, s in enumerate(steps, 1))
    if kind == "verse": return verse(m, target)
    if kind == "code": return code(m, target // 2)
    return " ".join(f"{i}. {s}" for i, s in enumerate(sentences(m, CLAUSE, target), 1))


KINDS = ("prose", "record", "qa", "instruction", "verse", "code", "contract")


def generate(seed):
    """About 1,050 texts: dicts with id, kind, title, text."""
    texts = []
    for kind in KINDS:
        for index in range(150):
            m = Maker(random.Random(f"{seed}-{kind}-{index}"))
            texts.append({"id": f"{kind}-{index:03d}", "kind": kind, "title": f"{kind.capitalize()} {index + 1}", "text": text_of(kind, m, 42 + (index * 37) % 90)})
    return texts
