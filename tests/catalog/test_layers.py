"""User rules on top of shipped ones: the user wins, for the same call and the same kind only."""

from leaklint.catalog.build import extended

from .rule_texts import driver, source


def test_without_files_the_catalog_is_the_same() -> None:
    catalog = driver()
    assert extended(catalog, []) is catalog


def test_new_kinds_and_calls_join() -> None:
    body = (
        '[[kind]]\nid = "conn"\nwhat = "my connection"\ncategory = "connection"\nbases = ["driver:connection"]\n'
        'types = ["app.Conn"]\n[[acquire]]\ncall = "app.connect"\nkind = "conn"\n[aliases]\n"app.Conn2" = "app.Conn"'
    )
    catalog = extended(driver(), [source(body)])
    assert catalog.kind_of_type("app.Conn2") == "mylib:conn"
    assert catalog.kind("mylib:conn").release == ("close",)
    assert catalog.acquires("app.connect")[0].kind == "mylib:conn"
    assert [entry.kind for entry in catalog.method_acquires("mylib:conn", "cursor")] == ["driver:named", "driver:cursor"]
    assert catalog.acquires("driver.connect") == driver().acquires("driver.connect")


def test_an_acquisition_replaces_the_shipped_one_of_that_call_only() -> None:
    catalog = extended(driver(), [source('[[acquire]]\ncall = "driver.open"\nkind = "driver:slot"')])
    assert [entry.kind for entry in catalog.acquires("driver.connect")] == ["driver:slot"]
    assert [entry.kind for entry in catalog.acquires("driver.dial")] == ["driver:connection"]


def test_a_conditional_acquisition_is_tried_first() -> None:
    body = '[[acquire]]\ncall = "driver.connect"\nkind = "driver:slot"\nwhen = ["pool=*"]'
    catalog = extended(driver(), [source(body)])
    assert [entry.kind for entry in catalog.acquires("driver.connect")] == ["driver:slot", "driver:connection"]


def test_a_method_of_a_shipped_kind_is_inherited() -> None:
    catalog = extended(driver(), [source('[[acquire]]\ncall = "@driver:pool.lease"\nkind = "driver:slot"')])
    assert catalog.method_acquires("driver:big-pool", "lease")[0].kind == "driver:slot"


def test_a_borrowed_result_ends_an_acquisition() -> None:
    catalog = extended(driver(), [source('[[call]]\ncall = "driver.connect"\nreturns = "borrowed"')])
    assert catalog.acquires("driver.connect") == ()
    assert catalog.acquires("driver.dial") != ()


def test_a_fact_that_says_nothing_of_the_result_leaves_the_acquisition() -> None:
    catalog = extended(driver(), [source('[[call]]\ncall = "driver.connect"\nraises = false')])
    assert catalog.acquires("driver.connect") != ()


def test_no_acquisition() -> None:
    catalog = extended(driver(), [source('[[not-acquire]]\ncall = "@driver:connection.cursor"\nwhy = "ours are shared"')])
    assert catalog.method_acquires("driver:connection", "cursor") == ()
    assert catalog.method_acquires("driver:slot", "cursor") == ()
    assert catalog.method_acquires("driver:fast", "cursor") != ()
    assert catalog.is_not_acquisition("driver:connection.cursor")


def test_an_acquisition_overrides_a_shipped_no_acquisition() -> None:
    catalog = extended(driver(), [source('[[acquire]]\ncall = "driver.parse"\nkind = "driver:connection"')])
    assert catalog.acquires("driver.parse") != ()
    assert not catalog.is_not_acquisition("driver.parse")


def test_a_call_replaces_what_was_known_of_it() -> None:
    (made,) = extended(driver(), [source('[[call]]\ncall = "driver.make"\ntakes = ["0"]')]).calls("driver.make")
    assert (made.takes, made.returns) == (("0",), None)


def test_a_known_kind_changes_in_the_keys_that_are_stated() -> None:
    body = '[[kind]]\nid = "connection"\nwhat = "our connection"\ncategory = "connection"\nrelease = ["dispose"]'
    catalog = extended(driver(), [source(body, library="driver")])
    kind = catalog.kind("driver:connection")
    assert (kind.what, kind.release, kind.severity) == ("our connection", ("dispose",), "error")
    assert kind.types == ("driver.Connection",)
    assert catalog.kind_of_type("driver.Connection") == "driver:connection"


def test_a_known_kind_may_get_other_bases() -> None:
    body = '[[kind]]\nid = "named"\nwhat = "x"\ncategory = "cursor"\nbases = ["faster"]'
    kind = extended(driver(), [source(body, library="driver")]).kind("driver:named")
    assert kind.bases == ("driver:faster", "driver:fast", "driver:connection")


def test_a_class_gets_the_users_kind() -> None:
    body = '[[kind]]\nid = "k"\nwhat = "x"\ncategory = "file"\ntypes = ["driver.core.Connection"]'
    assert extended(driver(), [source(body)]).kind_of_type("driver.Connection") == "mylib:k"


def test_the_first_user_file_wins_over_the_next() -> None:
    files = [
        source(f'[[acquire]]\ncall = "*.openbin"\nkind = "driver:{kind}"', library=kind, filename=f"{kind}.toml")
        for kind in ("slot", "cursor")
    ]
    assert extended(driver(), files).any_method_acquires("openbin")[0].kind == "driver:slot"


def test_methods_and_modules_add_up() -> None:
    catalog = extended(driver(), [source('modules = ["app"]\n[methods]\nno-raise = ["tick"]')])
    assert catalog.no_raise_methods == {"info", "tick"}
    assert catalog.modules == {"driver", "app"}
