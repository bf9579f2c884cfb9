#include "history/signature.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>

#include "acts/base/assert.hpp"

namespace acts::history {
namespace {

constexpr std::size_t kSignatureBytes = 64;

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Context = std::unique_ptr<EVP_MD_CTX, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

// Nobody is asked for a pass phrase.
int no_pass_phrase(char*, int, int, void*) { return -1; }

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

template <typename Read>
Result<Key> read_key(std::string_view pem, std::string_view what, Read read) {
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  ACTS_ASSERT(bio != nullptr);
  Key key(read(bio.get(), nullptr, no_pass_phrase, nullptr));
  if (key != nullptr && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519) return key;
  const bool is_private = what == "private";
  return fail(ErrorCode::kUsage,
              fmt::format("holds no Ed25519 {} key in PEM form{}: {} makes one", what,
                          key == nullptr && is_private ? " without a pass phrase" : "",
                          is_private ? "'openssl genpkey -algorithm ed25519'" : "'openssl pkey -pubout'"));
}

}  // namespace

struct Sha256::Impl {
  Context context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {
  ACTS_ASSERT(EVP_DigestInit_ex(impl_->context.get(), EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view bytes) {
  ACTS_ASSERT(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  ACTS_ASSERT(EVP_DigestFinal_ex(impl_->context.get(), digest.data(), &size) == 1);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::string sha256_of(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.finish();
}

Result<std::string> sign(std::string_view bytes, std::string_view private_key) {
  const auto key = read_key(private_key, "private", PEM_read_bio_PrivateKey);
  if (!key) return std::unexpected(key.error());
  const Context context(EVP_MD_CTX_new());
  std::string signature(kSignatureBytes, '\0');
  std::size_t size = signature.size();
  ACTS_ASSERT(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key->get()) == 1);
  ACTS_ASSERT(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes_of(bytes),
                             bytes.size()) == 1);
  ACTS_ASSERT(size == kSignatureBytes);
  return signature;
}

Result<bool> is_signature(std::string_view signature, std::string_view bytes, std::string_view public_key) {
  const auto key = read_key(public_key, "public", PEM_read_bio_PUBKEY);
  if (!key) return std::unexpected(key.error());
  const Context context(EVP_MD_CTX_new());
  ACTS_ASSERT(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key->get()) == 1);
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(bytes), bytes.size()) == 1;
}

}  // namespace acts::history
