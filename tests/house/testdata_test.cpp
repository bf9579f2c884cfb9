// The bundled recordings are byte for byte what testdata/SOURCES.md says they are, and each has its origin there.
#include "support/testdata.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>
#include <map>
#include <memory>

#include "house/cpp_text.hpp"
#include "house/project.hpp"

namespace acts::house {
namespace {

namespace fs = std::filesystem;

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    return "EVP_Digest failed";
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4U];
    hex += kDigits[digest[i] & 0xFU];
  }
  return hex;
}

// Lines "<64 hexadecimal digits>  <path>".
std::map<std::string, std::string> listed_sums(std::string_view sources) {
  std::map<std::string, std::string> sums;
  for (const std::string_view line : split_lines(sources)) {
    const bool sum = line.size() > 66 && line.find_first_not_of("0123456789abcdef") == 64 && line.substr(64, 2) == "  ";
    if (sum) sums.emplace(line.substr(66), line.substr(0, 64));
  }
  return sums;
}

TEST(Testdata, IsWhatItsSourcesSay) {
  const fs::path dir = test::testdata("");
  const std::map<std::string, std::string> sums = listed_sums(read_file(dir / "SOURCES.md"));
  ASSERT_FALSE(sums.empty()) << "found no checksum in testdata/SOURCES.md";
  for (const auto& [path, sum] : sums) {
    ASSERT_TRUE(fs::is_regular_file(dir / path)) << path << " is listed, but is not there";
    EXPECT_EQ(sha256_hex(read_file(dir / path)), sum) << path;
  }
}

TEST(Testdata, HasNoFileWithoutASource) {
  const fs::path dir = test::testdata("");
  const std::map<std::string, std::string> sums = listed_sums(read_file(dir / "SOURCES.md"));
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(dir)) {
    const std::string path = entry.path().lexically_relative(dir).generic_string();
    if (!entry.is_regular_file() || path == "SOURCES.md") continue;
    EXPECT_TRUE(sums.contains(path)) << path << " has no origin and checksum in testdata/SOURCES.md";
  }
}

TEST(Sha256, AgreesWithItsStandard) {
  // FIPS 180-4, the example "abc".
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(ListedSums, TakesOnlySums) {
  const std::string sum(64, 'a');
  EXPECT_EQ(listed_sums(sum + "  a/b.gz\n" + sum + " x\n" + sum.substr(1) + "  short\n# title\n"),
            (std::map<std::string, std::string>{{"a/b.gz", sum}}));
}

}  // namespace
}  // namespace acts::house
