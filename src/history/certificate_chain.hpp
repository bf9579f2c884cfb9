// Certificates as files: DIR/certificates/<venue>/<SYMBOL>/<YYYY-MM-DD>.json, its SHA-256 beside it as sha256sum writes
// it (.json.sha256), and the signature, if it is signed (.json.sig: the 64 bytes of Ed25519 over the document's). Each
// names the SHA-256 of the one of the day before: what is changed anywhere shows in all that follow. Blocking.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "history/certificate.hpp"

namespace acts::history {

// Without the endings above that follow ".json".
std::string certificate_path(const std::string& data_dir, const CertificateKey& key);

struct MakeCertificate {
  CertificateKey key;
  bool is_partial = false;  // of a day that is not over, or not sealed; said in the document
  std::string private_key;  // PEM; empty: it is not signed
};

// The document's path. One that is there stays if it is the same bytes; a partial one is replaced. Errors: kUsage if
// the day is not over at `now` or not sealed, if there is another certificate already, or if that of the day before is
// partial; kStorage.
Result<std::string> make_certificate(const std::string& data_dir, const MakeCertificate& what, UnixNanos now);

struct CheckCertificate {
  CertificateKey key;
  std::optional<UnixNanos> from;  // the first day of the chain that is looked at; none: to its beginning
  std::string public_key;         // PEM; empty: signatures are not looked at
};

struct CertificateCheck {
  std::size_t days = 0;               // of the chain
  std::vector<std::string> problems;  // one line each
};

// Makes that of the day anew and compares, and follows the chain back by the sums. Errors: kUsage if there is no such
// certificate, or no such key; kStorage.
Result<CertificateCheck> check_certificate(const std::string& data_dir, const CheckCertificate& what);

}  // namespace acts::history
