use super::*;

#[test]
fn a_command_is_read_when_it_is_whole() {
    let whole = b"*2\r\n$3\r\nGET\r\n$17\r\npassdb/imap/a@b.c\r\n*1\r\n$4\r\nPING\r\n";
    let (words, used) = command(whole).unwrap().unwrap();
    assert_eq!(words, ["GET", "passdb/imap/a@b.c"]);
    assert_eq!(&whole[used..], b"*1\r\n$4\r\nPING\r\n");
    for end in 0..used {
        assert_eq!(command(&whole[..end]), Ok(None), "{end}");
    }
}

#[test]
fn what_is_no_command_is_refused() {
    for octets in [
        &b"GET x\r\n"[..],
        b"*9\r\n",
        b"*-1\r\n",
        b"*1\r\n$1025\r\n",
        b"*1\r\n$1\r\nab\r\n",
        b"*1\r\n+x\r\n",
        b"*1\n",
        b"*18446744073709551616\r\n",
        b"*00000000000000000000000000",
        b"*1\r\n$2\r\n\xff\xfe\r\n",
    ] {
        assert!(command(octets).is_err(), "{octets:?}");
    }
    // Empty words without end: whatever is not whole by then never will be.
    let mut many = b"*8\r\n".to_vec();
    many.resize(COMMAND_OCTETS_MAX, b'0');
    assert!(command(&many).is_err());
}
