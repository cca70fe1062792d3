extension DockerError {
    /// The error with the passwords and tokens of these logins masked: a registry's words may repeat what it was sent.
    func masking(_ logins: some Sequence<RegistryLogin>) -> DockerError {
        var words = engineMessage
        for login in logins {
            for secret in [login.password, login.identitytoken] {
                guard let secret, secret.utf8.count >= 4 else { continue }
                words = words.replacing(secret, with: "******")
            }
        }
        return DockerError(code, endpoint: endpoint, message: words)
    }
}
