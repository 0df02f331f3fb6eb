import os
import socket
import sqlite3

kept = []


def test_file_dropped():
    open(__file__).read()


def test_file_held():
    kept.append(open(__file__))


def test_socket_dropped():
    socket.socket()


def test_connection_with():
    with sqlite3.connect(":memory:") as connection:
        connection.execute("select 1")


def test_connection_held():
    kept.append(sqlite3.connect(":memory:"))


def test_descriptor():
    os.open(os.devnull, os.O_RDONLY)
