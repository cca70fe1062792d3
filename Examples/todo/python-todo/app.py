"""A to-do list: one page, one user, kept in PostgreSQL."""

import os
import signal
from contextlib import contextmanager

import psycopg2
from flask import Flask, abort, redirect, render_template_string, request
from werkzeug.serving import make_server

DB_URI = os.environ["DB_URI"]
USER_ID = int(os.environ["USER_ID"])

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ user }}'s to-do list</title>
<style>
  :root { color-scheme: light dark; --line: #8884; --accent: #2563eb; }
  body { font: 1.05rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem; }
  h1 { font-size: 1.6rem; margin-bottom: .25rem; }
  p.left { margin-top: 0; opacity: .7; }
  form.add { display: flex; gap: .5rem; margin: 1.5rem 0; }
  input { flex: 1; font: inherit; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .5rem; }
  button { font: inherit; padding: .5rem 1rem; border: 0; border-radius: .5rem; background: var(--accent); color: #fff; cursor: pointer; }
  ul { list-style: none; padding: 0; }
  li { display: flex; align-items: center; gap: .75rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  li span { flex: 1; overflow-wrap: anywhere; }
  li.done span { text-decoration: line-through; opacity: .5; }
  li button { background: none; color: inherit; border: 1px solid var(--line); padding: .1rem .6rem; }
</style>
</head>
<body>
<h1>{{ user }}'s to-do list</h1>
<p class="left">{{ left }} to do, {{ todos|length - left }} done</p>
<form class="add" method="post" action="/add">
  <input name="title" placeholder="What is to be done?" aria-label="What is to be done?" maxlength="200" required autofocus>
  <button>Add</button>
</form>
<ul>
{% for id, title, done in todos %}
  <li{% if done %} class="done"{% endif %}>
    <span>{{ title }}</span>
    <form method="post" action="/toggle/{{ id }}"><button>{{ "undo" if done else "done" }}</button></form>
  </li>
{% else %}
  <li><span>Nothing yet. Add the first one above.</span></li>
{% endfor %}
</ul>
</body>
</html>
"""

app = Flask(__name__)


@contextmanager
def cursor():
    """A cursor in a transaction of its own, on a connection of its own."""
    connection = psycopg2.connect(DB_URI, connect_timeout=5)
    try:
        with connection, connection.cursor() as opened:
            yield opened
    finally:
        connection.close()


@app.get("/")
def show():
    with cursor() as db:
        db.execute("select name from users where id = %s", (USER_ID,))
        user = db.fetchone()
        if user is None:
            abort(500, f"no user has the id {USER_ID}")
        db.execute("select id, title, done from todos where user_id = %s order by done, id", (USER_ID,))
        todos = db.fetchall()
    left = sum(not done for _, _, done in todos)
    return render_template_string(PAGE, user=user[0], todos=todos, left=left)


@app.post("/add")
def add():
    title = request.form.get("title", "").strip()[:200]
    if title:
        with cursor() as db:
            db.execute("insert into todos (user_id, title) values (%s, %s)", (USER_ID, title))
    return redirect("/", 303)


@app.post("/toggle/<int:todo>")
def toggle(todo):
    with cursor() as db:
        db.execute("update todos set done = not done where id = %s and user_id = %s", (todo, USER_ID))
    return redirect("/", 303)


if __name__ == "__main__":
    # A container's first process gets no default handler for SIGTERM.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = make_server("0.0.0.0", 8080, app, threaded=True)
    server.daemon_threads = True
    server.block_on_close = False
    print("serving on port 8080", flush=True)
    server.serve_forever()  # returns on SIGINT
    print("stopped", flush=True)
