#include "net/tls.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <vector>

#include "net/ca_file.hpp"

namespace acts {
namespace {

namespace ssl = asio::ssl;

constexpr std::size_t kMaxRecord = 16 * 1024;  // RFC 8446 section 5.1

}  // namespace

class TlsContext {
 public:
  explicit TlsContext(ssl::context::method method) : context(method) {
    context.set_options(ssl::context::default_workarounds | ssl::context::no_compression);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  }
  ssl::context context;
};

namespace {

class TlsStream final : public ByteStream {
 public:
  TlsStream(std::shared_ptr<TlsContext> context, tcp::socket socket)
      : ByteStream(std::move(socket)), context_(std::move(context)), stream_(this->socket(), context_->context) {}

  [[nodiscard]] ssl::stream<tcp::socket&>& stream() noexcept { return stream_; }

 private:
  void raw_read(asio::mutable_buffer buffer, Completion done) override {
    stream_.async_read_some(buffer, std::move(done));
  }
  void raw_write(const WriteBuffers& buffers, Completion done) override {
    if (buffers[1].size() == 0) {
      stream_.async_write_some(buffers[0], std::move(done));
      return;
    }
    // OpenSSL takes one buffer: a short header in front of a message would become a record, and a packet, of its own.
    record_.resize(kMaxRecord);
    const std::size_t bytes = asio::buffer_copy(asio::buffer(record_), buffers);
    stream_.async_write_some(asio::buffer(record_.data(), bytes), std::move(done));
  }

  std::shared_ptr<TlsContext> context_;
  ssl::stream<tcp::socket&> stream_;
  std::vector<char> record_;
};

// Asks for a certificate that belongs to `host`, and tells the server whom we want to speak to.
bool expect_host(SSL* handle, const std::string& host) {
  error_code not_an_address;
  asio::ip::make_address(host, not_an_address);
  X509_VERIFY_PARAM* const parameters = SSL_get0_param(handle);
  if (!not_an_address) return X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // What OpenSSL's macro does, without its C cast; it copies the name.
  std::string name = host;
  const bool has_sni = SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
  return has_sni && X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), 0) == 1;
}

NetError tls_failure(const Attempt& attempt, SSL* handle, const std::string& host, const error_code& error) {
  const long verdict = SSL_get_verify_result(handle);
  const std::string what = fmt::format("TLS with {}", host);
  if (verdict == X509_V_OK) return attempt.failure(NetFault::kTls, what, error.message());
  return attempt.failure(
      NetFault::kCertificate, what,
      fmt::format("its certificate is not accepted, {}: check the host name, the clock and the CA file",
                  X509_verify_cert_error_string(verdict)));
}

Task<error_code> handshake(TlsStream& stream, ssl::stream_base::handshake_type side, Attempt& attempt) {
  attempt.stage = NetStage::kTls;
  attempt.on_stop([&stream] { stream.close(); });
  error_code error;
  co_await stream.stream().async_handshake(side, into(error));
  attempt.on_stop(nullptr);
  co_return error;
}

}  // namespace

namespace {

NetResult<void> trust(TlsContext& context, const std::string& ca_file) {
  error_code error;
  if (ca_file.empty()) {
    context.context.set_default_verify_paths(error);
  } else {
    context.context.load_verify_file(ca_file, error);
  }
  if (error) {
    ERR_clear_error();
    NetError failure =
        net_error(NetFault::kTls, NetStage::kTls,
                  fmt::format("CA file '{}' cannot be used, {}: give a readable PEM file of certificates", ca_file,
                              error.message()));
    failure.code = ErrorCode::kUsage;
    return std::unexpected(std::move(failure));
  }
  return {};
}

}  // namespace

NetResult<std::shared_ptr<TlsContext>> client_tls(EventLoop::Impl& loop, const std::string& ca_file) {
  std::weak_ptr<TlsContext>& shared = loop.client_tls[ca_file];
  if (std::shared_ptr<TlsContext> context = shared.lock()) return context;
  auto context = std::make_shared<TlsContext>(ssl::context::tls_client);
  context->context.set_verify_mode(ssl::verify_peer);
  if (NetResult<void> trusted = trust(*context, ca_file); !trusted) return std::unexpected(trusted.error());
  shared = context;
  return context;
}

Result<void> check_ca_file(const std::string& ca_file) {
  if (ca_file.empty()) return {};
  TlsContext context(ssl::context::tls_client);
  const NetResult<void> trusted = trust(context, ca_file);
  return trusted ? Result<void>() : fail(ErrorCode::kUsage, trusted.error().message);
}

Result<std::shared_ptr<TlsContext>> server_tls(const std::string& certificate_file, const std::string& key_file) {
  auto context = std::make_shared<TlsContext>(ssl::context::tls_server);
  const auto bad = [](const std::string& file, const error_code& error) {
    ERR_clear_error();
    return fail(ErrorCode::kUsage,
                fmt::format("TLS file '{}' cannot be used, {}: give a readable PEM file", file, error.message()));
  };
  error_code error;
  context->context.use_certificate_chain_file(certificate_file, error);
  if (error) return bad(certificate_file, error);
  context->context.use_private_key_file(key_file, ssl::context::pem, error);
  if (error) return bad(key_file, error);
  return context;
}

Task<NetResult<std::shared_ptr<ByteStream>>> start_tls_client(std::shared_ptr<TlsContext> context, tcp::socket socket,
                                                              std::string host, std::shared_ptr<Attempt> attempt) {
  auto stream = std::make_shared<TlsStream>(std::move(context), std::move(socket));
  SSL* const handle = stream->stream().native_handle();
  if (!expect_host(handle, host)) {
    co_return std::unexpected(
        attempt->failure(NetFault::kTls, "TLS with " + host, "the host name cannot be asked for"));
  }
  const error_code error = co_await handshake(*stream, ssl::stream_base::client, *attempt);
  if (error || attempt->is_stopped()) co_return std::unexpected(tls_failure(*attempt, handle, host, error));
  co_return stream;
}

Task<NetResult<std::shared_ptr<ByteStream>>> start_tls_server(std::shared_ptr<TlsContext> context, tcp::socket socket,
                                                              std::shared_ptr<Attempt> attempt) {
  auto stream = std::make_shared<TlsStream>(std::move(context), std::move(socket));
  const error_code error = co_await handshake(*stream, ssl::stream_base::server, *attempt);
  if (error || attempt->is_stopped()) {
    co_return std::unexpected(tls_failure(*attempt, stream->stream().native_handle(), "client", error));
  }
  co_return stream;
}

}  // namespace acts
