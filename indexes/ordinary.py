"""Words that stand where a name could and are none, names that are words too, and parts that are no name alone."""

_NOT_NAMES_TEXT = """
analyst blank ceo cfo chief coo director empty head lead manager owner supervisor unknown vp
apologies saved sales orders complaints retention support
a able about absolutely account account's actually address adress advisor afraid after afternoon again agent all
already also although always am an and angry annoyed another answer any anyone apologise appreciate are as asap at
available back bad balance because been before being bill billing blocked booking both broken but by call calling came
can card certainly change changed changing chat cheers claim code complaint confirm confirmation confused connection
contract correct correction could course credit customer dad date day dear delayed details did different digits
disappointed do does done down due either email english error even evening everyone everyone's everything expired
family fee fibre fine first flight folks for from frustrated fully getting glad go goes going gone good got great guys
had happy has have having he hello help her here here's hey hi him his hmm holder hoping how however i i'd i'll i'm
i've id if im in insurance interested international internet into invoice is issue it it's its ive just kind know last
late later let like line live living look looking lost ma'am maam madam made make may maybe me message mine missing
mobile mom month months more morning move moving mr mrs much mum my names need new next nice no nope not nothing now
number of off oh ok okay on one only or order our out outage over package parcel pardon password pay paying payment
per perfect phone phone's pin plan please pleased policy postcode price probably problem problems put question quite
ready really reference refund registered renew renewal reservation reset right router sad said same seat security see
service sick signal since sir sitting slow so social some somebody someone someone's sorry speaking spelled spelling
spelt ssn still stolen stuck such support supposed sure surname switch team tech technical terrible text thank thanks
that that's the their them then there there's these they this though thought through ticket tired to today told
tomorrow too trying tv two unable under understand unhappy until up update upgrade upset urgent us using very wait
waiting want wanting was watching we we'd we'll we're we've week welcome well were what what's when where which while
who why wifi will wish with within without wondering working worried worry would wrong yeah year years yes yesterday
yet you you'd you'll you're you've your yours zip
"""
_AMBIGUOUS_TEXT = """
abbey art ash baker banks barber basil bay bell best bill bird bishop black blue bond boot bowler bridge bridges
bright brook brooks brown bush butcher butler camp carpenter carry carter case cash castle chamber chambers chance
chase christian church clay cliff close cloud coach cole cook corner cotton court cox crisp cross cruise crystal dale
dark data dawn day deal dean diamond don drake draper drew drum eagle earl early east elder ember english eve faith
falcon farmer farrow fern field fields fine fisher fletcher flint flood flora flowers ford forest foster fox frank
freeman french friend frost fuller gardener garner gates german glass gold golden good grace granger grant graves gray
green grey ground grove gunner guy hall hand hardy harmony harper hart hazel head heath heather hill holiday home hood
hook hooper hope hopper house hunt hunter iris ivy jack jade jasmine jewel joiner joy jubilee judge justice kay key
king kitchen knight lamb lance land lane lark law lee lewis light link little lock lodge long lord love luck major
marina mark marsh marshal marshall mason master masters max mead melody mercy merit merry miles mill miller mills
miner mint money moody moon moss mount nails nash new noble north nurse oak olive opal otter pace packer paddock page
paige pain paint palm parish park parker parks parson partridge pat patience patton peace peach peacock pearl penny
perch piper pitt plant plum pond pool poppy porter post potter potts pound power powers prentice price pride prince
prior pruitt quick quill rain ranger raven ray read ready reason reed reeve register reign rice rich ridge ring river
rivers roads rob rock roman root rose rowan ruby rush rust sable sadler sage sailor salt sandy savage scarlet school
sea seal self sergeant shade sharp shaw shepherd shore short silver singer skinner skipper sky slater small smart
smoke snell snow song sparks spear spell spring squires stack stamp star stead steel sterling stern stiles stock
stokes stone storm stout strange street strong sue summer swan sweet swift tailor tanner temple tiller timber toll
tower towers town trail trench trip true tyne vale valley van victory viola violet walker wall waller walls ward
warden warner warren watch water waters way weaver weeks wells west wheeler white wicks wild wilder will winter
winters wise wolf wood woods work worth wren wright yard yarn young
"""
_NEVER_ALONE_TEXT = """
van von der den del de la le les los las di da dos das el al bin ibn mac san ter ten zu zur op het dem und and jr sr
and son the
april august austin berlin carolina chelsea china dallas december denver devon england february florence friday
georgia houston india israel january jersey jordan july june kent lincoln london march may monday november october
paris saturday september sunday sydney thursday tuesday virginia washington wednesday york
"""
NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split())
AMBIGUOUS = frozenset(_AMBIGUOUS_TEXT.split())
NEVER_ALONE = frozenset(_NEVER_ALONE_TEXT.split())
