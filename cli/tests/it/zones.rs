//! A DNS server of this machine alone, which answers from a small zone over UDP and TCP.
//!
//! A zone has a record a line: `name A 192.0.2.1`, `name CNAME target`, `name MX 10 target`, `name TXT 'one' | 'two'`
//! (the strings of one record), and `name FAILS` for a name about which the server cannot say anything.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, CNAME, MX, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

/// A running server. Its threads end with the process.
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    zone: Mutex<Zone>,
    questions: AtomicUsize,
}

#[derive(Default)]
struct Zone {
    records: Vec<Record>,
    failing: Vec<Name>,
}

impl Server {
    /// Starts a server with a zone.
    pub(crate) fn start(zone: &str) -> Self {
        let shared = Arc::new(Shared::default());
        // The same port for both, which another process may hold of one of them.
        let (udp, tcp) = (0..100)
            .find_map(|_| {
                let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
                let udp = UdpSocket::bind(tcp.local_addr().ok()?).ok()?;
                Some((udp, tcp))
            })
            .expect("a port that is free for UDP and TCP");
        let address = udp.local_addr().expect("the address of a socket");
        let server = Self { address, shared };
        server.serve(zone);
        let shared = Arc::clone(&server.shared);
        thread::spawn(move || over_udp(&udp, &shared));
        let shared = Arc::clone(&server.shared);
        thread::spawn(move || over_tcp(&tcp, &shared));
        server
    }

    /// Serves another zone from here on.
    pub(crate) fn serve(&self, zone: &str) {
        let lines = zone.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut served = Zone::default();
        for line in lines {
            served
                .add(line)
                .unwrap_or_else(|| panic!("no record: {line}"));
        }
        *self.shared.zone.lock().expect("no thread panics") = served;
    }

    /// Returns where it can be asked.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Counts what it was asked.
    pub(crate) fn questions(&self) -> usize {
        self.shared.questions.load(Ordering::SeqCst)
    }
}

impl Zone {
    fn add(&mut self, line: &str) -> Option<()> {
        let (name, rest) = line.split_once(' ')?;
        let (kind, value) = rest.split_once(' ').unwrap_or((rest, ""));
        let name = whole(name)?;
        let data = match kind {
            "A" => RData::A(A(value.parse().ok()?)),
            "CNAME" => RData::CNAME(CNAME(whole(value)?)),
            "MX" => {
                let (preference, exchange) = value.split_once(' ')?;
                RData::MX(MX::new(preference.parse().ok()?, whole(exchange)?))
            }
            "TXT" => {
                let strings = value
                    .split(" | ")
                    .map(|text| text.trim_matches('\'').to_owned());
                RData::TXT(TXT::new(strings.collect()))
            }
            "FAILS" => {
                self.failing.push(name);
                return Some(());
            }
            _ => return None,
        };
        self.records.push(Record::from_rdata(name, 60, data));
        Some(())
    }

    /// Answers a question, following names that stand for others.
    fn answer(&self, name: &Name, kind: RecordType) -> (ResponseCode, Vec<Record>) {
        let mut answers = Vec::new();
        let mut name = name.clone();
        for _ in 0..CHAIN_MAX {
            if self.failing.contains(&name) {
                return (ResponseCode::ServFail, Vec::new());
            }
            let here: Vec<_> = self.records.iter().filter(|one| one.name == name).collect();
            let found = here.iter().filter(|one| one.record_type() == kind);
            let found: Vec<Record> = found.map(|one| (*one).clone()).collect();
            if !found.is_empty() {
                answers.extend(found);
                return (ResponseCode::NoError, answers);
            }
            let alias = here.iter().find_map(|one| {
                let RData::CNAME(target) = &one.data else {
                    return None;
                };
                Some(((*one).clone(), target.0.clone()))
            });
            let Some((record, target)) = alias else {
                let below = self.records.iter().any(|one| name.zone_of(&one.name));
                let code = if below {
                    ResponseCode::NoError
                } else {
                    ResponseCode::NXDomain
                };
                return (code, answers);
            };
            answers.push(record);
            name = target;
        }
        (ResponseCode::ServFail, Vec::new())
    }
}

impl Shared {
    fn reply(&self, request: &[u8], bytes_max: usize) -> Option<Vec<u8>> {
        self.questions.fetch_add(1, Ordering::SeqCst);
        let request = Message::from_vec(request).ok()?;
        let query = request.queries.first()?.clone();
        let zone = self.zone.lock().expect("no thread panics");
        let (code, answers) = zone.answer(query.name(), query.query_type());
        let mut reply = Message::response(request.metadata.id, request.metadata.op_code);
        reply.metadata.message_type = MessageType::Response;
        reply.metadata.recursion_available = true;
        reply.metadata.response_code = code;
        reply.add_query(query);
        let mut cut = reply.clone();
        reply.add_answers(answers);
        let whole = reply.to_vec().ok()?;
        if whole.len() <= bytes_max {
            return Some(whole);
        }
        cut.metadata.truncation = true;
        cut.to_vec().ok()
    }
}

fn over_udp(socket: &UdpSocket, shared: &Shared) {
    let mut buffer = [0; 4096];
    while let Ok((length, from)) = socket.recv_from(&mut buffer) {
        if let Some(reply) = shared.reply(&buffer[..length], DATAGRAM_BYTES_MAX) {
            let _ = socket.send_to(&reply, from);
        }
    }
}

fn over_tcp(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming().map_while(Result::ok) {
        let shared = Arc::clone(shared);
        thread::spawn(move || while turn(&stream, &shared).is_some() {});
    }
}

/// Answers one question of a connection.
fn turn(mut stream: &TcpStream, shared: &Shared) -> Option<()> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut request = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut request).ok()?;
    let reply = shared.reply(&request, usize::from(u16::MAX))?;
    let length = u16::try_from(reply.len()).ok()?.to_be_bytes();
    stream.write_all(&[&length, reply.as_slice()].concat()).ok()
}

fn whole(name: &str) -> Option<Name> {
    Name::from_ascii(format!("{name}.")).ok()
}

const CHAIN_MAX: usize = 8;
/// What every resolver takes in one datagram.
const DATAGRAM_BYTES_MAX: usize = 1200;
