#include "history/signature.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace acts::history {
namespace {

// RFC 8032, section 7.1, TEST 2.
constexpr const char* kPrivate =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* kPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
    "-----END PUBLIC KEY-----\n";
constexpr const char* kSignature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

TEST(Sha256, IsThatOfTheStandard) {
  EXPECT_EQ(sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 parts;
  parts.add("a");
  parts.add("");
  parts.add("bc");
  EXPECT_EQ(parts.finish(), sha256_of("abc"));
}

TEST(Ed25519, SignsAsTheStandardDoes) {
  const auto signature = sign("r", kPrivate);
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_EQ(hex(*signature), kSignature);
  EXPECT_TRUE(is_signature(*signature, "r", kPublic).value());
  EXPECT_FALSE(is_signature(*signature, "s", kPublic).value());
  std::string wrong = *signature;
  wrong[5] ^= 1;
  EXPECT_FALSE(is_signature(wrong, "r", kPublic).value());
  EXPECT_FALSE(is_signature("", "r", kPublic).value());
}

TEST(Ed25519, RefusesWhatIsNoKeyWithoutShowingIt) {
  for (const char* const bad : {"", "hunter2", kPublic}) {
    const auto signature = sign("r", bad);
    ASSERT_FALSE(signature);
    EXPECT_EQ(signature.error().code, ErrorCode::kUsage);
    EXPECT_EQ(signature.error().message,
              "holds no Ed25519 private key in PEM form without a pass phrase: 'openssl genpkey -algorithm ed25519' "
              "makes one");
  }
  EXPECT_FALSE(is_signature(std::string(64, 'x'), "r", kPrivate));
}

}  // namespace
}  // namespace acts::history
