"""Problems that companies share."""
