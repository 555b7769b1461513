use crate::{Databases, node::Node, postgres::FAST};

/// A primary whose commits wait for its standby, and that standby, each a server of its own.
#[derive(Debug)]
pub struct ReplicatedServer {
    primary: Node,
    standby: Node,
}

impl ReplicatedServer {
    /// Starts both on free ports.
    ///
    /// # Panics
    /// If one does not start.
    #[must_use]
    pub fn start([primary, standby]: [u16; 2]) -> Self {
        let options = format!("{FAST} -c synchronous_standby_names=standby");
        let copied =
            format!("host=127.0.0.1 port={primary} user=postgres application_name=standby");
        let primary = Node::with(primary, &options, "plain".to_owned());
        let standby = Node::with(standby, FAST, copied);
        Self { primary, standby }
    }

    /// Creates a database for each service, with URLs that name both servers, the standby first.
    #[must_use]
    pub fn databases(&self, services: &[&str]) -> Databases {
        let url = |service: &&str| {
            self.primary.execute(&format!("CREATE DATABASE {service}"));
            let hosts = format!("{},{}", self.standby.host(), self.primary.host());
            ((*service).to_owned(), format!("postgres://postgres@{hosts}/{service}"))
        };
        Databases::existing(services.iter().map(url).collect())
    }

    /// Kills all processes of the primary.
    pub fn kill_primary(&self) {
        self.primary.kill();
    }

    /// Stops all processes of the primary: its connections stay open and answer nothing.
    pub fn hang_primary(&self) {
        self.primary.signal("STOP");
    }

    /// Continues the processes of the primary.
    pub fn continue_primary(&self) {
        self.primary.signal("CONT");
    }

    /// Stops all processes of the standby.
    pub fn hang_standby(&self) {
        self.standby.signal("STOP");
    }

    /// Continues the processes of the standby.
    pub fn continue_standby(&self) {
        self.standby.signal("CONT");
    }

    /// Makes the standby the primary, and waits until it accepts writes.
    ///
    /// # Panics
    /// If it does not.
    pub fn promote(&self) {
        assert_eq!(self.standby.execute("SELECT pg_promote()"), "t");
    }
}

impl Drop for ReplicatedServer {
    fn drop(&mut self) {
        // Their guardians would wait long for a server that hangs.
        for node in [&self.primary, &self.standby] {
            node.kill();
        }
    }
}
