/** Common given names of several languages that are rarely ordinary words, in lower case. */
export const givenNames: ReadonlySet<string> = new Set(
  `aaron abigail adam adele adrian agnes ahmed aisha alan albert alejandro alex alexander alexandra alexis alfred ali alice
  alicia alison amanda amelia amina amy ana anastasia anders andrea andreas andrew andré angela anita ann anna anne annette
  annie anthony antonio arthur ashley astrid audrey barbara beatrice benjamin bernard bernhard beth betty björn bob bobby
  brandon brenda brian bruno bryan camille carla carlos carmen carol caroline catherine cecilia charles charlotte chris
  christian christina christine christopher claire clara claudia colin connor craig cristina cynthia daniel daniela danielle
  david deborah dennis denise diana diane diego dieter dimitri dmitri donald donna dorothy douglas edith eduardo edward
  eileen elaine elena eleanor eli elias elisabeth elizabeth ella ellen emil emilia emily emma enrique eric erik erika
  ernest esther ethan eugene eva evelyn fatima felix fernando fiona florian frances francesca francesco francis francisco
  françois frank fred frederick friedrich fritz gabriel gabriela gareth gary george georgia gerald gerard gianni gilbert
  giovanni giulia giuseppe glenn gloria gordon graham greg gregory guillaume gustav hannah hans harold harriet harry hassan
  heather heidi heinrich helen helena helga henri henrik henry herbert hiroshi howard hugo ian ibrahim igor ines ingrid irene
  isaac isabel isabella isabelle ivan jacob jacques jake james jamie jan jane janet janice jason javier jean jeff jeffrey
  jennifer jens jeremy jerome jerry jesse jessica jim jimmy joan joanna joanne joe joel johan johann johanna john johnny
  jonas jonathan jordan jorge joseph josé joshua joyce juan juana judith judy julia julian juliana julie juliette julio jürgen
  justin karen karl karin karolina kate katharina katherine kathleen kathryn kathy katie keith kelly kenneth kerry kevin
  khalid kim klaus kristen kristina kurt kyle larry lars laura lauren laurent lawrence lea leila lena leo leon leonard
  leonardo leslie liam lidia linda lisa lorenzo louis louise lucas lucia luciano lucy luigi luis luisa lukas luke lydia
  madeleine magdalena manuel marc marcel marco marcus margaret maria marianne marie marilyn mario marion marta martha martin
  martina mary mateo matteo matthew matthias maurice megan melanie melissa michael michaela michel michelle miguel mikhail
  mohammad mohammed molly monica monika muhammad nadia nancy natalia natalie natasha nathan nicholas nicola nicolas nicole
  nikolai nina noah noel nora norbert norma norman olga oliver olivia omar oscar otto pablo pamela paolo patricia patrick
  paul paula paulo pedro peggy peter petra philip philippe phillip pierre pietro priya rachel rafael rahul raj ralph ramon
  raymond rebecca regina reinhard renate ricardo riccardo richard rita robert roberta roberto roger roland ronald rosa
  rosemary ruben rudolf russell ruth ryan sabine sabrina sally salvatore sam samantha samuel sandra sandy sara sarah sean
  sebastian sergei sergio sharon shirley silvia simon simone sofia sonia sophia sophie stefan stefano stella stephanie
  stephen steve steven stuart susan susanne suzanne svetlana sven sylvia tamara tanya tatiana teresa thomas theodore theresa
  thierry tim timothy tina tobias todd tom tomas tommy tony tracy ulrich ursula valentina valerie vanessa vera veronica
  victor victoria vincent viktor virginia vladimir walter wendy werner wilhelm william wolfgang xavier yasmin yolanda yuki
  yusuf yves yvonne zoe`
    .split(/\s+/)
    .filter(Boolean),
);
