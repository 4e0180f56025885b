"""What several tests share: fakes, corpora, small builders."""
