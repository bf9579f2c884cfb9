// For net/ itself: TLS on either side, OpenSSL kept out of sight.
#pragma once

#include <memory>
#include <string>

#include "net/attempt.hpp"
#include "net/byte_stream.hpp"
#include "net/event_loop_impl.hpp"

namespace acts {

class TlsContext;

// Trusts the authorities of the file, or the system's if it is "". Shared by whoever uses the same file at the same
// time. Errors: kTls.
NetResult<std::shared_ptr<TlsContext>> client_tls(EventLoop::Impl& loop, const std::string& ca_file);
// Errors: kUsage.
Result<std::shared_ptr<TlsContext>> server_tls(const std::string& certificate_file, const std::string& key_file);

// TLS 1.2 or later. The client sends `host` as SNI (a name, not an address) and demands a certificate for it. Errors:
// kCertificate, kTls, or what ended the attempt.
Task<NetResult<std::shared_ptr<ByteStream>>> start_tls_client(std::shared_ptr<TlsContext> context, tcp::socket socket,
                                                              std::string host, std::shared_ptr<Attempt> attempt);
Task<NetResult<std::shared_ptr<ByteStream>>> start_tls_server(std::shared_ptr<TlsContext> context, tcp::socket socket,
                                                              std::shared_ptr<Attempt> attempt);

}  // namespace acts
