"""Names for the demo's people."""

_FIRST = (
    "Amelia Arthur Beatrice Callum Chloe Daniel Daisy Edward Eleanor Ella Esther Ewan Fiona Florence Freya George Grace "
    "Hannah Harriet Henry Imogen Isla Jack James Jasmine Joseph Kate Leo Lily Lucy Maisie Martha Matilda Millie Nadia Noah "
    "Olive Oscar Owen Phoebe Poppy Priya Ravi Rosa Ruby Samuel Sara Seth Sienna Sophie Tariq Thea Toby Una Violet Wilfred "
    "Yusuf Zara "
)
_LAST = (
    "Abbott Ahmed Bailey Barker Begum Bell Bennett Brooks Carr Clarke Cole Cooper Davies Dixon Ellis Evans Fisher Ford Fox "
    "Gibson Grant Green Hall Harris Hughes Hunt Iqbal Jenkins Kaur Kelly Khan Lane Lewis Lloyd Marsh Mason Mills Morgan "
    "Murphy Nash Owens Parker Patel Pearce Price Reid Rose Shah Shaw Stone Turner Walsh Ward Webb West Wood Wright Young "
)
FIRST_NAMES = _FIRST.split()
LAST_NAMES = _LAST.split()
