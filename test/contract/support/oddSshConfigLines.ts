/** Directives of ssh_config that are not read here, with values that ssh takes, and others. */
export const otherLines: readonly string[] = linesOf(String.raw`
  UseKeychain yes
  Frobnicate all day
  ForwardAgent maybe
  ForwardAgent yes
  ForwardAgent $OK_NAME
  Compression yes
  Compression true
  LocalForward 8080 localhost:80
  LocalForward [::1]:8080 /run/x.sock
  LocalForward /a/b [::1]:90
  LocalForward 8080
  LocalForward 0 a:1
  LocalForward a:b:c:d e
  RemoteForward 0 localhost:80
  RemoteForward 9000
  RemoteForward x:9000
  DynamicForward 1080
  DynamicForward h:1080
  DynamicForward 1080 2
  DynamicForward h:x
  SendEnv LANG LC_*
  SendEnv A=B
  SetEnv A=B C='d e'
  SetEnv A
  ControlPersist 10m
  ControlPersist YES
  ControlMaster autoask
  ControlMaster always
  EscapeChar ^]
  EscapeChar none
  EscapeChar no
  IPQoS af21 cs1
  IPQoS 0x10
  IPQoS 256
  IPQoS fast
  RekeyLimit 1G 1h
  RekeyLimit default none
  RekeyLimit 10
  RekeyLimit 1Z
  TunnelDevice any:3
  TunnelDevice x
  Tunnel ethernet
  Tunnel maybe
  LogLevel debug2
  LogLevel loud
  SyslogFacility LOCAL7
  SyslogFacility LOCAL8
  FingerprintHash SHA256
  FingerprintHash crc
  StreamLocalBindMask 0177
  StreamLocalBindMask 9
  StreamLocalBindMask 01777
  AddKeysToAgent confirm 5m
  AddKeysToAgent 1h
  AddKeysToAgent yes 1h
  AddKeysToAgent perhaps
  PermitRemoteOpen host:80 [::1]:*
  PermitRemoteOpen any
  PermitRemoteOpen any host:80
  PermitRemoteOpen host
  CanonicalDomains example.org none
  CanonicalDomains a..b
  CanonicalDomains example.org
  CanonicalizePermittedCNAMEs none
  CanonicalizePermittedCNAMEs none *
  CanonicalizePermittedCNAMEs a
  CanonicalizeMaxDots 2
  CanonicalizeMaxDots -1
  ConnectionAttempts 2
  RequestTTY force
  RequestTTY maybe
  SessionType none
  SessionType x
  VerifyHostKeyDNS ask
  UpdateHostKeys ask
  HostbasedKeyTypes ssh-rsa
  PubkeyAcceptedKeyTypes +ssh-rsa
  CASignatureAlgorithms -x
  Protocol 2
  Cipher 3des
  RSAAuthentication whatever it is
  UsePrivilegedPort
  GSSAPIAuthentication no
  CertificateFile ~/c %h
  CertificateFile a b
  RemoteCommand echo %h; true
  LocalCommand  =  echo 'x'
  KnownHostsCommand /bin/x %H
  VisualHostKey yes
  RequiredRSASize 2048
  RequiredRSASize 2k
  LogVerbose none
  LogVerbose none a
`);

const variable = "${UNSET_KEYS}";

/** Lines of ssh_config that ssh refuses, or looks at twice. */
export const oddLines: readonly string[] = ["", "   ", "\f", "User\fx", "BindAddress x\f"].concat(
  linesOf(String.raw`
  Port 0
  Port 65536
  Port
  Port 22 23
  User ""
  User a b
  HostName %z
  HostName %
  IdentityAgent $bad-name
  IdentityAgent ${variable}
  ConnectTimeout 5x
  ConnectTimeout -5
  ServerAliveCountMax -1
  ServerAliveCountMax 99999999999
  IdentitiesOnly maybe
  AddressFamily ipv4
  StrictHostKeyChecking confirm
  Ciphers +
  MACs hmac-sha2-256,,hmac-sha2-512
  KexAlgorithms ''
  UserKnownHostsFile none /a
  UserKnownHostsFile /a ''
  ProxyJump a@
  ProxyJump gate:99999
  ProxyJump ssh://gate/path
  ProxyJump ,gate
  ProxyJump [::1
  ProxyCommand echo "
  Host ""
  Host
  Host #
  Host !db
  Match
  Match host
  Match all host x
  Match host x all
  Match host x user y all
  Match nonsense x
  Match exec
  Match exec "true %z"
  Match user # x
  Include ""
  Include nothing-here-*
  Include /nowhere/at/all
  "User" quoted
  Us"er" middle
  "User
  = User equals
  User == two
  User = = two
  User "a" b
  HostKeyAlias it''s
  HostKeyAlias 'a b'#c
  HostKeyAlias x #c
  HostKeyAlias x\ y
  HostKeyAlias 'x
  Protocol 1 2 3
  Host web-1 #db
  # comment
`),
);

function linesOf(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.slice(2))
    .filter((line) => line !== "");
}
