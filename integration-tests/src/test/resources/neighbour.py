"""A neighbour of a host: answers at the first port, over TCP and UDP. At the second one it takes questions, as in "udp 192.0.2.1 8080", that it asks.
Arguments: its address and the two ports."""
import socket
import sys
import threading
import time

PATIENCE = 60
DOUBT = 2  # where nobody listens
address, answering, asking = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def ask(kind, host, port):
    begun = time.monotonic()
    patience = PATIENCE
    while time.monotonic() < begun + patience:
        patience = PATIENCE
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as one:
                one.settimeout(1)
                one.connect((host, int(port)))
                one.send(b"?")
                said = one.recv(100)
                if said:
                    return said
                patience = DOUBT
        except ConnectionRefusedError:
            patience = DOUBT
        except OSError:
            pass
        time.sleep(0.05)
    return b""


def serve(port, answer):
    server = socket.create_server((address, port))
    while True:
        peer, _ = server.accept()
        try:
            peer.sendall(answer(peer.recv(100).decode()))
        except OSError:
            pass
        peer.close()


def packets():
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind((address, answering))
    while True:
        one.sendto(b"a neighbour", one.recvfrom(100)[1])


for work in packets, lambda: serve(asking, lambda question: ask(*question.split())):
    threading.Thread(target=work, daemon=True).start()
print("ready", flush=True)
serve(answering, lambda question: b"a neighbour")
