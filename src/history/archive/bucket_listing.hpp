// The pages in which an S3 bucket lists what it holds (ListObjects, version 1, as the public archive answers it). Pure.
// Source: docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html, read 2026-11.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

namespace acts::history::archive {

struct ListedObject {
  std::string key;  // "data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2023-01-31.zip"
  std::uint64_t bytes = 0;
  std::string version;  // whatever changes when the object is put there anew: ETag and LastModified; empty: not told

  friend bool operator==(const ListedObject&, const ListedObject&) = default;
};

struct ListingPage {
  std::vector<ListedObject> objects;
  std::vector<std::string> folders;  // CommonPrefixes, each with its final "/"
  std::string next_marker;           // where the next page begins; empty: this was the last
};

// More than this no page has (1000 keys of at most 1 KiB, and what stands around them).
inline constexpr std::size_t kMostListingBytes = std::size_t{4} << 20;

// Errors, one line: kUsage for what does not begin as a listing (a page of HTML, a document type, which none has):
// asking again will not change it; kBadInput for a listing that is cut or malformed, or has keys not below `prefix`.
Result<ListingPage> parse_listing(std::string_view xml, std::string_view prefix);

// "?delimiter=/&prefix=data/spot/&marker=…", percent-encoded.
std::string listing_query(std::string_view prefix, std::string_view marker);

}  // namespace acts::history::archive
