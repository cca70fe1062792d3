#!/usr/bin/env miniboss
import MinibossKit

struct Database: Service {
    let name = "appdb"
    let image = "postgres:15"
    let env = ["POSTGRES_PASSWORD": "dbpwd", "POSTGRES_USER": "dbuser", "POSTGRES_DB": "appdb"]
    let ports = [5432: 5433]

    // Over TCP: the temporary server of the first start listens on the unix socket alone, and is not ready for anyone.
    func ping(_ container: Container) async throws -> Bool {
        try await container.exec("pg_isready", "-h", "127.0.0.1", "-U", "dbuser", "-d", "appdb").exitCode == 0
    }

    // Safe to run again, as it is when the start was cut off before it was done.
    func postStart(_ container: Container) async throws {
        let setup = """
            create table if not exists users (id serial primary key, name text unique not null);
            create table if not exists todos (id serial primary key, user_id integer not null references users,
                title text not null, done boolean not null default false);
            insert into users (name) values ('Alex') on conflict (name) do update set name = excluded.name returning id
            """
        let added = try await container.exec("psql", "-U", "dbuser", "-v", "ON_ERROR_STOP=1", "-qtAc", setup, "appdb")
        guard added.exitCode == 0 else { throw SetupFailed(description: added.errorOutput.trimmed) }
        Context["user_id"] = added.output.trimmed
    }
}

struct Application: Service {
    let name = "python-todo"
    let image = "python-todo:latest"
    let env = ["DB_URI": "postgresql://dbuser:dbpwd@appdb:5432/appdb", "USER_ID": "{user_id}"]
    let dependencies = ["appdb"]
    let ports = [8080: 8080]
    let stopSignal = StopSignal.sigint
    let buildFromDirectory = "python-todo/"
    var readiness: Readiness { .http(port: 8080, path: "/") }
}

struct SetupFailed: Error, CustomStringConvertible {
    let description: String
}

@main struct Todo: ServiceGroup {
    let name = "readme-demo"
    let services: [any Service] = [Database(), Application()]

    func onStartServices(_ started: [String]) async throws {
        print("todo at http://localhost:8080")
    }
}
