#include "history/import/book_checksums.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace acts::history {
namespace {

class OkxChecksums : public ::testing::Test {
 protected:
  // Whether it shows that something is missing; nothing: it was refused.
  std::optional<bool> shows_loss(std::string_view action, std::string_view asks, std::string_view bids,
                                 std::string_view more, std::string_view instrument = "BTC-USDT") {
    const std::string json =
        fmt::format(R"({{"arg":{{"channel":"books","instId":"{}"}},"action":"{}","data":[{{"asks":[{}],"bids":[{}],)"
                    R"("ts":"1700000000000"{}}}]}})",
                    instrument, action, asks, bids, more);
    if (!decoder_->decode(json, connection_, 1'000) || decoder_->parts().empty()) return std::nullopt;
    return checksums_.shows_loss(decoder_->parts().front());
  }
  // "1:5:2:1"
  std::optional<bool> begin(std::string_view checksum = "-1823042083", std::string_view instrument = "BTC-USDT") {
    return shows_loss("snapshot", R"(["2","1","0","1"])", R"(["1","5","0","1"])",
                      fmt::format(R"(,"checksum":{})", checksum), instrument);
  }

 private:
  std::unique_ptr<CaptureDecoder> decoder_ = CaptureDecoder::of_exchange("OKX");
  CaptureConnection connection_;
  BookChecksums checksums_;
};

constexpr std::string_view kLevel = R"(["0.5","3"])";

TEST_F(OkxChecksums, ShowWhatIsMissingOnceUpToTheNextSnapshot) {
  EXPECT_EQ(begin(), false);
  EXPECT_EQ(shows_loss("update", "", kLevel, R"(,"checksum":-347894607)"), false);  // 1:5:2:1:0.5:3
  EXPECT_EQ(shows_loss("update", "", R"(["0.5","0"])", R"(,"checksum":-1823042083)"), false);
  EXPECT_EQ(shows_loss("update", "", "", R"(,"checksum":7)"), true);
  EXPECT_EQ(shows_loss("update", "", "", R"(,"checksum":7)"), false) << "told";
  EXPECT_EQ(begin(), false);
  EXPECT_EQ(shows_loss("update", "", "", R"(,"checksum":8)"), true);
}

TEST_F(OkxChecksums, BooksAreCheckedEachByItself) {
  EXPECT_EQ(begin(), false);
  EXPECT_EQ(begin("-1823042083", "ETH-USDT"), false);
  EXPECT_EQ(shows_loss("update", "", kLevel, R"(,"checksum":-347894607)", "ETH-USDT"), false);
  EXPECT_EQ(shows_loss("update", "", "", R"(,"checksum":-1823042083)"), false);
}

// Nothing is known then of how the venue makes it.
TEST_F(OkxChecksums, ABookWhoseSnapshotHasAnotherIsNotChecked) {
  for (const char* checksum : {"7", "0", "null", R"("x")", R"("-")", "99999999999999999999"}) {
    EXPECT_EQ(begin(checksum), false) << checksum;
    EXPECT_EQ(shows_loss("update", "", "", R"(,"checksum":8)"), false) << checksum;
  }
}

TEST_F(OkxChecksums, UpdatesWithoutOneCount) {
  EXPECT_EQ(begin(), false);
  EXPECT_EQ(shows_loss("update", "", kLevel, ""), false);
  EXPECT_EQ(shows_loss("update", "", "", R"(,"checksum":-347894607)"), false);
  EXPECT_EQ(shows_loss("update", "", kLevel, R"(,"checksum":0)"), false);
}

}  // namespace
}  // namespace acts::history
