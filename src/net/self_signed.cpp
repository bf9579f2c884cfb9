#include "net/self_signed.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>

namespace acts {
namespace {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* value) const {
    Free(value);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;

constexpr Nanos kStartsEarlier = std::chrono::days{1};  // clocks differ

Result<void> openssl_failure(std::string_view what) {
  const std::string why = ERR_error_string(ERR_get_error(), nullptr);
  ERR_clear_error();
  return fail(ErrorCode::kUsage, fmt::format("cannot make a certificate: {} is not accepted ({})", what, why));
}

std::time_t unix_seconds(UnixNanos t) {
  return static_cast<std::time_t>(floor_to(t, std::chrono::seconds{1}).value / 1'000'000'000);
}

bool set_serial(X509* certificate) {
  // 63 random bits: browsers refuse a second certificate with the same issuer and number.
  std::uint64_t serial = 0;
  unsigned char bytes[8];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
  std::memcpy(&serial, bytes, sizeof serial);
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

Result<void> add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) return openssl_failure("'" + value + "'");
  return {};
}

struct Subject {
  std::string name;
  UnixNanos from;
  UnixNanos to;
};

// Not signed yet.
Certificate make_certificate(const Subject& subject, EVP_PKEY* key, const X509* issuer) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  const auto* const text = reinterpret_cast<const unsigned char*>(subject.name.c_str());
  const bool is_made =
      set_serial(certificate.get()) && X509_set_pubkey(certificate.get(), key) == 1 &&
      ASN1_TIME_set(X509_getm_notBefore(certificate.get()), unix_seconds(subject.from)) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(certificate.get()), unix_seconds(subject.to)) != nullptr &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
      X509_set_issuer_name(certificate.get(), issuer == nullptr ? name : X509_get_subject_name(issuer)) == 1;
  return is_made ? std::move(certificate) : Certificate{};
}

std::string alternative_names(const SelfSignedRequest& request) {
  std::string out;
  for (const std::string& name : request.dns_names) out += fmt::format("{}DNS:{}", out.empty() ? "" : ",", name);
  for (const std::string& address : request.ip_addresses)
    out += fmt::format("{}IP:{}", out.empty() ? "" : ",", address);
  return out;
}

std::string to_pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string to_pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

Result<void> write_file(const std::string& path, const std::string& text, mode_t mode) {
  // Made anew: the mode of a file that was there would stay.
  ::unlink(path.c_str());
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  const bool is_written = file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int problem = errno;
  if (file >= 0) ::close(file);
  if (is_written) return {};
  return fail(ErrorCode::kStorage,
              fmt::format("cannot write {}, {}: check the directory", path, std::strerror(problem)));
}

struct Pair {
  Certificate authority;
  Certificate server;
  Key server_key;
};

Result<Pair> make_pair(const SelfSignedRequest& request, UnixNanos now) {
  const Key authority_key(EVP_EC_gen("P-256"));
  Pair out{nullptr, nullptr, Key(EVP_EC_gen("P-256"))};
  const UnixNanos from = now - kStartsEarlier;
  const UnixNanos to = now + request.valid_for;
  out.authority = make_certificate({"acts local authority", from, to}, authority_key.get(), nullptr);
  if (!out.authority) return std::unexpected(openssl_failure("its validity").error());
  out.server = make_certificate({"acts local server", from, to}, out.server_key.get(), out.authority.get());
  if (!out.server) return std::unexpected(openssl_failure("its validity").error());
  struct Wanted {
    X509* certificate;
    int id;
    std::string value;
  };
  X509* const authority = out.authority.get();
  X509* const server = out.server.get();
  const Wanted wanted[] = {{authority, NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                           {authority, NID_key_usage, "critical,keyCertSign,cRLSign"},
                           {authority, NID_subject_key_identifier, "hash"},
                           {server, NID_basic_constraints, "critical,CA:FALSE"},
                           {server, NID_key_usage, "critical,digitalSignature"},
                           {server, NID_ext_key_usage, "serverAuth"},
                           {server, NID_subject_alt_name, alternative_names(request)},
                           {server, NID_authority_key_identifier, "keyid"}};
  for (const Wanted& one : wanted) {
    if (Result<void> added = add_extension(one.certificate, authority, one.id, one.value); !added) {
      return std::unexpected(std::move(added).error());
    }
  }
  if (X509_sign(authority, authority_key.get(), EVP_sha256()) == 0 ||
      X509_sign(server, authority_key.get(), EVP_sha256()) == 0) {
    return std::unexpected(openssl_failure("the signature").error());
  }
  return out;
}

}  // namespace

Result<SelfSignedFiles> make_self_signed(const std::string& directory, UnixNanos now,
                                         const SelfSignedRequest& request) {
  const Result<Pair> pair = make_pair(request, now);
  if (!pair) return std::unexpected(pair.error());
  SelfSignedFiles files{directory + "/ca.pem", directory + "/server.pem", directory + "/server.key"};
  for (const auto& [path, text, mode] : {std::tuple{files.ca_file, to_pem(pair->authority.get()), mode_t{0644}},
                                         std::tuple{files.certificate_file, to_pem(pair->server.get()), mode_t{0644}},
                                         std::tuple{files.key_file, to_pem(pair->server_key.get()), mode_t{0600}}}) {
    if (Result<void> written = write_file(path, text, mode); !written)
      return std::unexpected(std::move(written).error());
  }
  return files;
}

}  // namespace acts
