"""What answers in the network of network-host.sh. In the world: who asks, over TCP and UDP. On the host: names, and what its loopback keeps."""
import selectors
import socket
import sys


def listening(kind, address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    one = socket.socket(family, kind)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((address, port))
    if kind == socket.SOCK_STREAM:
        one.listen(64)
    return one


def name_answer(query):
    """Of DNS: for each name the address of the world's server; see RFC 1035."""
    end = query.index(0, 12) + 5
    is_a = query[end - 4:end - 2] == b"\x00\x01"
    head = query[:2] + b"\x81\x80\x00\x01" + (b"\x00\x01" if is_a else b"\x00\x00") + b"\x00\x00\x00\x00"
    record = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04" + socket.inet_aton("10.88.0.1")
    return head + query[12:end] + (record if is_a else b"")


def answer(one, word):
    if one.type == socket.SOCK_STREAM:
        peer, address = one.accept()
        try:
            peer.settimeout(2)
            peer.recv(100)
            peer.sendall(f"{word} sees {address[0]}\n".encode())
        except OSError:
            pass  # who has asked is slow, or gone: the next is answered
        peer.close()
    else:
        asked, address = one.recvfrom(4096)
        one.sendto(name_answer(asked) if one.getsockname()[1] == 53 else f"{word} sees {address[0]}\n".encode(), address)


role = sys.argv[1]
if role == "world":
    sockets = [listening(kind, address, 7001) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM) for address in ("10.88.0.1", "fd88::1")]
else:
    sockets = [listening(kind, "127.0.0.1", 7003) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)]
    sockets += [listening(socket.SOCK_DGRAM, "127.0.0.53", 53), listening(socket.SOCK_STREAM, "10.77.0.2", 7004)]
events = selectors.DefaultSelector()
for each in sockets:
    events.register(each, selectors.EVENT_READ)
open(role + ".ready", "w").close()
while True:
    for key, _ in events.select():
        answer(key.fileobj, role)
