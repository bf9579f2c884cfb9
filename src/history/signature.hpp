// SHA-256 and Ed25519 by OpenSSL. Values only; no files.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts::history {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void add(std::string_view bytes);
  // 64 lower-case hexadecimal digits. Nothing may be added afterwards.
  std::string finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string sha256_of(std::string_view bytes);

// The 64 bytes of an Ed25519 signature (RFC 8032), as `openssl pkeyutl -sign -rawin` makes it. `private_key`: PEM
// (PKCS 8), without a pass phrase. Errors: kUsage, if it is none; the key is in no message.
Result<std::string> sign(std::string_view bytes, std::string_view private_key);
// Whether it is the signature of these bytes. `public_key`: PEM. Errors: kUsage, if it is none.
Result<bool> is_signature(std::string_view signature, std::string_view bytes, std::string_view public_key);

}  // namespace acts::history
