"""What a template's source refers to is put in, left for the engine, or a mistake; never something else."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pdfbatch_api.errors import TemplateError
from pdfbatch_renderer.templates.preparation import prepare_source
from pdfbatch_renderer.templates.preparation.references import MOST_INLINE, References
from tests.unit.templates.a_template import a_template

DOT = "data:image/png;base64,UE5H"
FILES = {
    "a.css": b"@charset 'utf-8';\n/* it's } */\np { color: red }\n",
    "css/deep.css": b'@import "more.css" print;\ni{background:url( ../dot.png )}',
    "css/more.css": b"b{background:url('/dot.png?v=1')}",
    "id.css": b"@media print{#id{color:red}}{{ x }}",
    "dot.png": b"PNG",
    "icons.svg": b"<svg/>",
    "big.png": b"x" * (MOST_INLINE + 1),
    "my logo.png": b"y" * (MOST_INLINE + 1),
}


def prepared(source: str, file: str = "page.html", optional: tuple[str, ...] = ()) -> str:
    return prepare_source(source, references=References(FILES, optional), file=file)


def test_a_style_sheet_is_put_in_on_one_line() -> None:
    assert prepared('<link rel="stylesheet" href="a.css">') == ("<style>{% raw %}p { color: red }{% endraw %}</style>")


def test_a_style_sheet_keeps_its_media() -> None:
    assert prepared("<link rel=stylesheet media=print href=a.css>").startswith('<style media="print">')


def test_imports_and_pictures_of_style_sheets_are_put_in() -> None:
    css = prepared("<link rel='stylesheet' href='css/deep.css'>")

    dotted = f'{{background:url("{DOT}")}}'
    assert css == f"<style>{{% raw %}}@media print{{b{dotted}}} i{dotted}{{% endraw %}}</style>"


def test_css_that_looks_like_jinja_stays_css() -> None:
    template = a_template('<link rel="stylesheet" href="id.css">').with_file("id.css", FILES["id.css"])

    assert template.html() == "<style>@media print{#id{color:red}}{{ x }}</style>"


def test_a_style_block_keeps_its_jinja() -> None:
    source = "<style>@import 'a.css';\ni{color:{{ colour }};background:url(dot.png)}u{background:url({{ x }})}</style>"

    assert prepared(source) == (
        "<style>{% raw %}p { color: red }{% endraw %}\n"
        f'i{{color:{{{{ colour }}}};background:url("{DOT}")}}u{{background:url({{{{ x }}}})}}</style>'
    )


def test_a_small_picture_is_put_in() -> None:
    assert prepared('<img alt="a" src="dot.png">') == f'<img alt="a" src="{DOT}">'


def test_a_larger_picture_is_left_for_the_engine() -> None:
    assert prepared('<img src="/big.png">') == '<img src="big.png">'
    assert prepared('<img src="my%20logo.png">') == '<img src="my%20logo.png">'


def test_a_picture_in_the_header_is_put_in_whatever_its_size() -> None:
    page = a_template("-").with_file("big.png", FILES["big.png"]).on_page(header='<img src="big.png">').page({})

    assert page.header.startswith('<img src="data:image/png;base64,')


def test_a_picture_in_a_loop_is_not_multiplied() -> None:
    files = {"m.png": b"x" * 4000}
    source = "{% for i in items %}<img src=m.png>{% endfor %}<img src=m.png>"

    made = prepare_source(source, references=References(files), file="page.html")

    assert made.count("data:") == 1
    assert '{% for i in items %}<img src="m.png">' in made


def test_paths_begin_at_the_files_folder_or_at_the_templates() -> None:
    assert DOT in prepared('<img src="../dot.png">', file="letters/a.html")
    assert DOT in prepared('<img src="dot.png">', file="letters/a.html")
    assert '<img src="big.png">' in prepared('<img src="../big.png">', file="letters/a.html")


@pytest.mark.parametrize(
    "source",
    [
        '<img src="{{ photo }}">',
        '<img src="{{ a }}.png">',
        '<img src="data:image/png;base64,AAAA">',
        '<img src="https://example.com/a.png">',
        '<img src="//example.com/a.png">',
        '<img data-src="missing.png">',
        '{# <img src="missing.png"> #}',
        '<!-- <img src="missing.png"> -->',
        "<a href='missing.html'>x</a>",
        '<link rel="icon" href="missing.ico">',
        "<style>i{background:url(#gradient)}</style>",
        "<style>/* url(missing.png) */ i{content:'url(missing.png)'}</style>",
        "<style>@import 'a.css' layer(x);</style>",
        "<style>i{background:url({{ x }})}</style>",
        '<link rel="stylesheet" href="{{ theme }}.css">',
        "<p>{{ '<img src=missing.png>' }}</p>",
        "<p {% if a > b %}class='x'{% endif %}>{{ a }}</p>",
        "<script>if (a < b) { x = '<img src=missing.png>' }</script>",
    ],
)
def test_what_is_not_a_static_file_of_the_folder_is_not_touched(source: str) -> None:
    assert prepared(source) == source


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ('\n<img src="dto.png">', 2, "there is no file 'dto.png' in the template's folder. Did you mean 'dot.png'?"),
        ("<link rel=stylesheet href=b.css>", 1, "there is no file 'b.css'"),
        ("<style>\n\n@import 'b.css';</style>", 3, "there is no file 'b.css'"),
        ("\n<style>\ni{background:url(no.png)}</style>", 3, "there is no file 'no.png'"),
        ('<img src="../../../etc/passwd">', 1, "there is no file '../../../etc/passwd'"),
    ],
)
def test_a_file_that_is_not_there_is_told_with_its_line(source: str, line: int, said: str) -> None:
    with pytest.raises(TemplateError) as caught:
        prepared(source)

    assert caught.value.where.line == line
    assert said in str(caught.value)


def test_a_file_that_a_style_sheet_misses_is_told_with_the_style_sheets_line() -> None:
    template = a_template("<link rel=stylesheet href=css/x.css>").with_file("css/x.css", "p{}\n\ni{a:url(no.png)}")

    with pytest.raises(TemplateError, match=r"css/x\.css, line 3: there is no file 'css/no\.png'"):
        template.compiled()


def test_a_file_that_may_be_missing_is_left_alone() -> None:
    assert prepared('<img src="no.png">', optional=("*.png",)) == '<img src="no.png">'


def test_style_sheets_that_import_each_other_in_a_circle_are_told() -> None:
    template = (
        a_template("<link rel=stylesheet href=a.css>")
        .with_file("a.css", "@import 'b.css';")
        .with_file("b.css", "@import 'a.css';")
    )

    with pytest.raises(TemplateError, match=r"a\.css → b\.css → a\.css"):
        template.compiled()


def test_a_style_sheet_cannot_end_its_style_block() -> None:
    template = a_template("<link rel=stylesheet href=a.css>").with_file("a.css", "i{content:'</style><b>'}")

    assert template.html() == "<style>i{content:'<\\/style><b>'}</style>"


PIECES = st.sampled_from(
    ["<p>", "</p>", "{{ x }}", "{% if a > b %}", "{% endif %}", "{# c #}", "\n", "<img src='dot.png'>",
     "<img\nsrc=dot.png>", "<style>", "</style>", "i{background:url(dot.png)}", "@import 'a.css';",
     "<link rel=stylesheet\nhref='a.css'>", "<", '"', "'", "<!--", "-->", "{{", "}}", "{%", "%}", "/*", "*/",
     "<script>", "</script>", "é\u2028", "<p {{ a }}='>'>"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
@example("<style>{{ '</style>' }}</style><img src='dot.png'>")
def test_lines_and_jinja_stay_where_they_are_whatever_the_source(source: str) -> None:
    made = prepared(source)

    assert made.count("\n") == source.count("\n")
    for mark in ("{{ x }}", "{# c #}", "{% if a > b %}"):
        assert made.count(mark) == source.count(mark)
    if not any(word in source for word in ("img", "link", "import", "url")):
        assert made == source
