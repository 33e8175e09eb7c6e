//! `Ref`, `RefMut` and their mapped forms.

use fidge::dashmap::DashMap;

type People = DashMap<u32, (String, Option<u8>)>;

fn people() -> People {
    DashMap::<_, _>::from_iter([
        (1, ("Ada".to_owned(), Some(36))),
        (2, ("Bob".to_owned(), None)),
    ])
}

#[test]
fn a_reference_lends_key_and_value() {
    let map = people();
    let ada = map.get(&1).unwrap();

    assert_eq!(ada.key(), &1);
    assert_eq!(ada.value().0, "Ada");
    assert_eq!(ada.pair().0, &1);
    assert_eq!(ada.1, Some(36));
}

#[test]
fn a_mutable_reference_writes() {
    let map = people();
    {
        let mut ada = map.get_mut(&1).unwrap();
        ada.value_mut().0.push('!');
        ada.1 = None;
        let (key, value) = ada.pair_mut();
        value.0.push_str(&key.to_string());
        assert_eq!(ada.pair(), (&1, &("Ada!1".to_owned(), None)));
        assert_eq!((ada.key(), ada.value()), (&1, &("Ada!1".to_owned(), None)));
    }
    assert_eq!(map.get(&1).unwrap().0, "Ada!1");
}

#[test]
fn references_keep_others_out_until_they_are_dropped() {
    let map = people();

    let reader = map.get(&1).unwrap();
    assert!(map.try_get(&1).is_present());
    assert!(map.try_get_mut(&1).is_locked());
    drop(reader);

    let writer = map.get_mut(&1).unwrap();
    assert!(map.try_get(&1).is_locked());

    let reader = writer.downgrade();
    assert_eq!(reader.0, "Ada");
    assert!(map.try_get(&1).is_present());
    assert!(map.try_get_mut(&1).is_locked());
    drop(reader);
    assert!(map.try_get_mut(&1).is_present());
}

#[test]
fn a_mapped_reference_keeps_the_lock() {
    let map = people();

    let name = map.get(&1).unwrap().map(|person| &person.0);
    assert_eq!(name.pair(), (&1, &"Ada".to_owned()));
    assert_eq!((name.key(), name.value().as_str()), (&1, "Ada"));
    assert_eq!(format!("{name:>5}"), "  Ada");
    assert_eq!(AsRef::<str>::as_ref(&name), "Ada");
    assert!(map.try_get_mut(&1).is_locked());

    let bytes = name.map(String::three_bytes);
    assert_eq!(bytes.len(), 3);
    assert!(map.try_get_mut(&1).is_locked());
    drop(bytes);
    assert!(map.try_get_mut(&1).is_present());
}

/// `map` goes to a sized part; this is one of a `String`.
trait Part {
    fn three_bytes(&self) -> &[u8; 3];
}
impl Part for String {
    fn three_bytes(&self) -> &[u8; 3] {
        self.as_bytes().try_into().unwrap()
    }
}

#[test]
fn a_mapped_mutable_reference_writes_the_part() {
    let map = people();

    let mut name = map.get_mut(&1).unwrap().map(|person| &mut person.0);
    name.push('!');
    name.value_mut().push('?');
    let (key, part) = name.pair_mut();
    part.push_str(&key.to_string());
    assert_eq!(name.pair(), (&1, &"Ada!?1".to_owned()));
    assert_eq!((name.key(), name.value().as_str()), (&1, "Ada!?1"));
    assert!(map.try_get(&1).is_locked());
    let whole = name.map(|name| name);
    assert_eq!(*whole, "Ada!?1");
    drop(whole);

    assert_eq!(map.get(&1).unwrap().0, "Ada!?1");
}

#[test]
fn try_map_gives_the_reference_back_when_there_is_no_part() {
    let map = people();

    let age = map
        .get(&1)
        .unwrap()
        .try_map(|person| person.1.as_ref())
        .unwrap();
    assert_eq!(*age, 36);
    let age = age.try_map(|age| (*age > 40).then_some(age)).unwrap_err();
    assert_eq!(*age.try_map(|age| Some(age)).unwrap(), 36);

    let bob = map
        .get(&2)
        .unwrap()
        .try_map(|person| person.1.as_ref())
        .unwrap_err();
    assert_eq!(bob.0, "Bob");
}

#[test]
fn try_map_gives_the_mutable_reference_back_when_there_is_no_part() {
    let map = people();

    let mut age = map
        .get_mut(&1)
        .unwrap()
        .try_map(|person| person.1.as_mut())
        .unwrap();
    *age += 1;
    let age = age.try_map(|age| (*age > 40).then_some(age)).unwrap_err();
    *age.try_map(|age| Some(age)).unwrap() += 1;
    assert_eq!(map.get(&1).unwrap().1, Some(38));

    let mut bob = map
        .get_mut(&2)
        .unwrap()
        .try_map(|person| person.1.as_mut())
        .unwrap_err();
    bob.1 = Some(7);
    assert!(map.try_get(&2).is_locked());
    drop(bob);
    assert_eq!(map.get(&2).unwrap().1, Some(7));
}

#[test]
fn references_print_as_addresses_of_key_and_value() {
    let map = people();
    let shown = |name: &str, key: *const u32, value: *const ()| {
        format!("{name} {{ k: {key:?}, v: {value:?} }}")
    };

    let ada = map.get(&1).unwrap();
    let (key, value) = (
        ada.key() as *const u32,
        ada.value() as *const _ as *const (),
    );
    assert_eq!(format!("{ada:?}"), shown("Ref", key, value));
    let name = ada.map(|person| &person.0);
    let part = name.value() as *const _ as *const ();
    assert_eq!(format!("{name:?}"), shown("MappedRef", key, part));
    drop(name);

    let ada = map.get_mut(&1).unwrap();
    assert_eq!(format!("{ada:?}"), shown("RefMut", key, value));
    let name = ada.map(|person| &mut person.0);
    assert_eq!(format!("{name:?}"), shown("MappedRefMut", key, part));
}
