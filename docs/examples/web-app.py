"""Counts its visits in a database, and tells who it is."""

import getpass
from http.server import BaseHTTPRequestHandler, HTTPServer

import psycopg2


def count():
    connection = psycopg2.connect(host="/tmp", dbname="app")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("create table if not exists visits (number serial)")
            cursor.execute("insert into visits default values returning number")
            return cursor.fetchone()[0]
    finally:
        connection.close()


class Visits(BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"visit {count()}, counted by {getpass.getuser()}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


HTTPServer(("127.0.0.1", 8000), Visits).serve_forever()
